// The only file that reads the environment. All problems are reported at once; unknown ANSWERDESK_ variables are refused.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type Role, roles } from '#core/access.ts';
import { bridgeNames } from '#core/bridges.ts';
import { modelSizes } from '#core/chat-model.ts';
import { AppError } from '#core/errors.ts';
import { packagePath } from '#core/package-root.ts';
import { parseRetention } from '#core/retention.ts';
import { chatModelNameProblem, readChatModelName } from '#models/chat/chat-model-name.ts';
import { bridgeProblems } from './bridge-settings.ts';

const wholeNumber = ([min, max]: readonly [number, number], what = 'a whole number') =>
  z
    .string()
    .refine((value) => /^\d{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max, {
      error: `write ${what} from ${min} to ${max}`,
    })
    .transform(Number);
const milliseconds = (fallback: number) => count(fallback, 3_600_000);
const count = (fallback: number, max: number) => wholeNumber([1, max]).default(fallback);
const port = wholeNumber([0, 65_535], 'the number of a port (0: any that is free)').optional();
const flag = z
  .enum(['true', 'false', '1', '0'])
  .default('false')
  .transform((value) => value === 'true' || value === '1');
const list = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );
const httpUrl = z.url({ protocol: /^https?$/ });

const origins = list.pipe(
  z.array(
    z.string().refine((origin) => URL.canParse(origin) && new URL(origin).origin === origin, {
      error: 'write each origin as scheme://host[:port], for example https://www.example.com',
    }),
  ),
);

const schema = z.object({
  ANSWERDESK_DATA_DIR: z
    .string()
    .min(1)
    .default('var')
    .transform((path) => resolve(path)),
  ANSWERDESK_HOST: z.string().min(1).default('127.0.0.1'),
  ANSWERDESK_PORT: port,
  PORT: port,
  ANSWERDESK_PUBLIC_URL: origins,
  ANSWERDESK_ALLOWED_ORIGINS: origins,
  ANSWERDESK_TRUST_PROXY: wholeNumber([0, 10]).default(0),
  ANSWERDESK_METRICS_TOKEN: z
    .string()
    .min(16, { error: 'write at least 16 characters, for example what "openssl rand -hex 16" prints' })
    .optional(),
  ANSWERDESK_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),

  ANSWERDESK_EMBEDDER: z.string().min(1).optional(),
  ANSWERDESK_EMBEDDER_BASE_URL: httpUrl.optional(),
  ANSWERDESK_EMBEDDER_THREADS: wholeNumber([0, 256]).default(0),
  ANSWERDESK_EXECUTION_PROVIDER: z.enum(['cpu', 'cuda', 'tensorrt']).default('cpu'),

  ANSWERDESK_VECTOR_SEARCH: z.enum(['exact', 'graph']).default('exact'),

  ANSWERDESK_RERANKER: z.string().min(1).optional(),

  ANSWERDESK_GROUNDEDNESS_MODEL: z.string().min(1).optional(),

  ANSWERDESK_PERSONAL_DATA_MODEL: z.string().min(1).optional(),

  ANSWERDESK_DANGER_PHRASES: z
    .string()
    .min(1)
    .transform((path) => resolve(path))
    .optional(),

  ANSWERDESK_CHAT_MODEL: z.string().min(1).optional(),
  ANSWERDESK_CHAT_BASE_URL: httpUrl.optional(),
  ANSWERDESK_CHAT_FIRST_TOKEN_TIMEOUT_MS: wholeNumber([1, 3_600_000]).optional(),
  ANSWERDESK_CHAT_TOKEN_TIMEOUT_MS: milliseconds(10_000),
  ANSWERDESK_CHAT_MAX_TOKENS: count(600, 32_000),
  ANSWERDESK_CHAT_CONTEXT_TOKENS: wholeNumber([512, 2_000_000]).optional(),
  ANSWERDESK_CHAT_AT_ONCE: wholeNumber([1, 1_000]).optional(),
  ANSWERDESK_CHAT_SIZE: z.enum(modelSizes).optional(),
  ANSWERDESK_CHAT_WAITING: count(20, 10_000),
  ANSWERDESK_CHAT_QUOTE_AFTER_MS: milliseconds(3_000),
  ANSWERDESK_CHAT_TOKENS_PER_DAY: wholeNumber([1, 1e12]).optional(),
  ANSWERDESK_CHAT_MONEY_PER_DAY: z.coerce.number().gt(0).optional(),
  ANSWERDESK_CHAT_INPUT_PRICE: z.coerce.number().min(0).optional(),
  ANSWERDESK_CHAT_OUTPUT_PRICE: z.coerce.number().min(0).optional(),

  ANSWERDESK_MAX_MESSAGE_LENGTH: count(4_000, 100_000),
  ANSWERDESK_MESSAGES_PER_MINUTE: count(20, 100_000),
  ANSWERDESK_REQUESTS_PER_MINUTE: count(120, 1_000_000),
  ANSWERDESK_MAX_CONCURRENT_ANSWERS: count(200, 100_000),
  ANSWERDESK_SHUTDOWN_GRACE_MS: milliseconds(10_000),

  ANSWERDESK_IDENTITY_SECRET: z
    .string()
    .min(32, { error: 'write at least 32 characters, for example what "openssl rand -base64 32" prints' })
    .optional(),
  ANSWERDESK_PICTURES: z.enum(['on', 'off']).default('off'),

  ANSWERDESK_FORGOTTEN_AFTER_MINUTES: count(10, 10_000),
  ANSWERDESK_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  ANSWERDESK_MAIL_FROM: z.string().min(3).max(320).optional(),
  ANSWERDESK_HANDOFF_MAIL_TO: z.email().optional(),
  ANSWERDESK_HANDOFF_WEBHOOK_URL: httpUrl.optional(),
  ANSWERDESK_HANDOFF_WEBHOOK_SECRET: z.string().min(24).optional(),
  ANSWERDESK_HANDOFF_SLACK_URL: httpUrl.optional(),
  ANSWERDESK_REPLY_ADDRESS: z
    .email()
    .max(100)
    .refine((address) => /^[^+@]{1,12}@/.test(address), {
      error: 'write at most 12 characters before the @, without a +: each mail adds a + and 50 more',
    })
    .optional(),
  ANSWERDESK_INBOUND_MAIL_SECRET: z.string().min(24).max(200).optional(),
  ANSWERDESK_BRIDGE: z.enum(bridgeNames).optional(),
  ANSWERDESK_BRIDGE_ACCOUNT: z.string().min(1).max(300).optional(),
  ANSWERDESK_BRIDGE_INBOX: z.string().min(1).max(100).optional(),
  ANSWERDESK_BRIDGE_SECRET: z.string().min(16).max(200).optional(),

  ANSWERDESK_PASSWORDS: z.enum(['on', 'off']).default('on'),
  ANSWERDESK_OIDC_ISSUER: httpUrl.optional(),
  ANSWERDESK_OIDC_CLIENT_ID: z.string().min(1).max(500).optional(),
  ANSWERDESK_OIDC_CLIENT_SECRET: z.string().min(1).max(2_000).optional(),
  ANSWERDESK_OIDC_NAME: z.string().min(1).max(40).default('single sign-on'),
  ANSWERDESK_OIDC_SCOPES: z.string().min(1).default('openid email profile'),
  ANSWERDESK_OIDC_ALLOWED_DOMAINS: list.transform((domains) => domains.map((name) => name.toLowerCase())),
  ANSWERDESK_OIDC_DEFAULT_ROLE: z.enum(roles).optional(),
  ANSWERDESK_OIDC_ROLE_CLAIM: z.string().min(1).optional(),
  ANSWERDESK_OIDC_ROLES: list.pipe(
    z
      .array(
        z
          .string()
          .regex(new RegExp(`^.+=(?:${roles.join('|')})$`), {
            error: `write GROUP=ROLE, separated by commas; roles are ${roles.join(', ')}`,
          })
          .transform((pair): [string, Role] => {
            const at = pair.lastIndexOf('=');
            return [pair.slice(0, at).trim(), pair.slice(at + 1) as Role];
          }),
      )
      .transform((pairs): Readonly<Record<string, Role>> => Object.fromEntries(pairs)),
  ),
  ANSWERDESK_OIDC_LOGOUT: flag,
  ANSWERDESK_OIDC_RECHECK_MINUTES: count(15, 1_440),

  ANSWERDESK_RETENTION: z
    .string()
    .default('')
    .transform((text, context) => {
      const days = parseRetention(text);
      if (typeof days !== 'string') return days;
      context.addIssue({ code: 'custom', message: days });
      return z.NEVER;
    }),

  ANSWERDESK_ERROR_BUDGET: z.coerce.number().gt(0).lt(1).optional(),

  ANSWERDESK_QUALITY_SAMPLE: z.coerce.number().min(0).max(1).default(0.05),

  ANSWERDESK_ALLOW_TRACING: flag,
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: httpUrl.optional(),

  ANSWERDESK_ZENDESK_EMAIL: z.string().min(1).optional(),
  ANSWERDESK_ZENDESK_TOKEN: z.string().min(1).optional(),
  ANSWERDESK_INTERCOM_TOKEN: z.string().min(1).optional(),
  ANSWERDESK_FRESHDESK_KEY: z.string().min(1).optional(),
  ANSWERDESK_HELP_SCOUT_DOCS_KEY: z.string().min(1).optional(),
  ANSWERDESK_HELP_SCOUT_APP_ID: z.string().min(1).optional(),
  ANSWERDESK_HELP_SCOUT_APP_SECRET: z.string().min(1).optional(),
  ANSWERDESK_CHATWOOT_TOKEN: z.string().min(1).optional(),
  ANSWERDESK_SLACK_TOKEN: z.string().min(1).optional(),

  ANSWERDESK_JUDGE_MODEL: z.string().min(1).optional(),
  ANSWERDESK_JUDGE_BASE_URL: httpUrl.optional(),
  ANSWERDESK_HELP_CENTRES: z.string().min(1).optional(),

  MLFLOW_TRACKING_URI: httpUrl.optional(),
  MLFLOW_TRACKING_TOKEN: z.string().min(1).optional(),
  MLFLOW_EXPERIMENT_NAME: z.string().min(1).default('answerdesk-evals'),
});

/** The model that ships, for a knowledge base that was not made with one of the store. */
const builtInEmbedder = packagePath('data/models/embedder');
const builtInReranker = packagePath('data/models/reader');
const builtInGroundednessModel = packagePath('data/models/groundedness');
const builtInPersonalDataModel = packagePath('data/models/personal-data');

/** Every variable that is read; `.env.example` explains them. */
export const settingNames: readonly string[] = Object.keys(schema.shape);

export type Config = ReturnType<typeof shape>;

function shape(env: z.infer<typeof schema>) {
  return {
    dataDir: env.ANSWERDESK_DATA_DIR,
    logLevel: env.ANSWERDESK_LOG_LEVEL,
    server: {
      host: env.ANSWERDESK_HOST,
      port: env.ANSWERDESK_PORT ?? env.PORT ?? 3000,
      /** Origins at which this server is reached, besides localhost and IP addresses; the first is the one to show. */
      publicUrls: env.ANSWERDESK_PUBLIC_URL,
      /** Origins of other websites that may use the widget. */
      allowedOrigins: env.ANSWERDESK_ALLOWED_ORIGINS,
      /** Number of reverse proxies in front, for the client's address. */
      trustProxy: env.ANSWERDESK_TRUST_PROXY,
      /** Who sends it may read /metrics; undefined: nobody may. */
      metricsToken: env.ANSWERDESK_METRICS_TOKEN,
      shutdownGraceMs: env.ANSWERDESK_SHUTDOWN_GRACE_MS,
    },
    limits: {
      /** UTF-16 code units. */
      messageLength: env.ANSWERDESK_MAX_MESSAGE_LENGTH,
      messagesPerMinute: env.ANSWERDESK_MESSAGES_PER_MINUTE,
      requestsPerMinute: env.ANSWERDESK_REQUESTS_PER_MINUTE,
      concurrentAnswers: env.ANSWERDESK_MAX_CONCURRENT_ANSWERS,
    },
    customers: {
      /** Shared with the website whose signed-in visitors the widget knows; undefined: everybody is anonymous. */
      identitySecret: env.ANSWERDESK_IDENTITY_SECRET,
      /** Whether customers may send pictures to a person. */
      pictures: env.ANSWERDESK_PICTURES === 'on',
    },
    inbox: {
      /** A customer whom a person left without a reply for this long is in the queue again. */
      forgottenAfterMs: env.ANSWERDESK_FORGOTTEN_AFTER_MINUTES * 60_000,
    },
    /** Days after which each kind of data is removed. */
    retention: env.ANSWERDESK_RETENTION,
    /** How the team learns that a customer waits, and a customer who has left that a person replied. */
    notices: {
      smtpUrl: env.ANSWERDESK_SMTP_URL,
      mailFrom: env.ANSWERDESK_MAIL_FROM,
      mailTo: env.ANSWERDESK_HANDOFF_MAIL_TO,
      webhookUrl: env.ANSWERDESK_HANDOFF_WEBHOOK_URL,
      webhookSecret: env.ANSWERDESK_HANDOFF_WEBHOOK_SECRET,
      slackUrl: env.ANSWERDESK_HANDOFF_SLACK_URL,
      /** `reply@inbound.example.com`; each mail has its own `reply+TOKEN@…`. */
      replyAddress: env.ANSWERDESK_REPLY_ADDRESS,
      /** Who sends it may hand over mails; reply addresses are signed with a key made of it. */
      inboundSecret: env.ANSWERDESK_INBOUND_MAIL_SECRET,
    },
    /** The system in which the team works on what was handed over; its needs are checked by `bridgeProblems`. */
    bridge: {
      name: env.ANSWERDESK_BRIDGE,
      account: env.ANSWERDESK_BRIDGE_ACCOUNT,
      inbox: env.ANSWERDESK_BRIDGE_INBOX,
      secret: env.ANSWERDESK_BRIDGE_SECRET,
      credentials: {
        email: env.ANSWERDESK_ZENDESK_EMAIL ?? '',
        zendeskToken: env.ANSWERDESK_ZENDESK_TOKEN ?? '',
        intercomToken: env.ANSWERDESK_INTERCOM_TOKEN ?? '',
        freshdeskKey: env.ANSWERDESK_FRESHDESK_KEY ?? '',
        helpScoutAppId: env.ANSWERDESK_HELP_SCOUT_APP_ID ?? '',
        helpScoutAppSecret: env.ANSWERDESK_HELP_SCOUT_APP_SECRET ?? '',
        chatwootToken: env.ANSWERDESK_CHATWOOT_TOKEN ?? '',
        slackToken: env.ANSWERDESK_SLACK_TOKEN ?? '',
      },
    },
    embedder: {
      /** A folder with model.onnx, or `openai:MODEL` for an OpenAI-compatible endpoint. */
      model: env.ANSWERDESK_EMBEDDER ?? builtInEmbedder,
      /** The operator chose it. A knowledge base that another model made is refused then. */
      isFixed: env.ANSWERDESK_EMBEDDER !== undefined,
      baseUrl: env.ANSWERDESK_EMBEDDER_BASE_URL ?? env.OPENAI_BASE_URL,
      apiKey: env.OPENAI_API_KEY,
      /** 0 = one thread per core. */
      threads: env.ANSWERDESK_EMBEDDER_THREADS,
      /** What an ONNX model runs on; falls back to the CPU. */
      executionProvider: env.ANSWERDESK_EXECUTION_PROVIDER,
    },
    /** `graph`: by a graph of the vectors, which ingestion builds then: approximate, and only where hnswlib-node is installed. */
    vectorSearch: env.ANSWERDESK_VECTOR_SEARCH,
    personalData: {
      /** A folder with model.onnx, or `off`: then only patterns look for personal data in conversations. */
      model: env.ANSWERDESK_PERSONAL_DATA_MODEL ?? builtInPersonalDataModel,
      /** 0 = one thread per core. */
      threads: env.ANSWERDESK_EMBEDDER_THREADS,
    },
    reranker: {
      /** A folder with model.onnx, or `off`. */
      model: env.ANSWERDESK_RERANKER ?? builtInReranker,
      /** The operator chose it: it has to be there. */
      isFixed: env.ANSWERDESK_RERANKER !== undefined,
      /** 0 = one thread per core. */
      threads: env.ANSWERDESK_EMBEDDER_THREADS,
    },
    groundedness: {
      /** What checks written sentences: a folder with model.onnx, or `off`: then a score does. */
      model: env.ANSWERDESK_GROUNDEDNESS_MODEL ?? builtInGroundednessModel,
      /** The operator chose it: it has to be there. */
      isFixed: env.ANSWERDESK_GROUNDEDNESS_MODEL !== undefined,
    },
    chat: {
      /** `extractive`, `openai:MODEL`, `gguf:FILE`, `onnx:FOLDER`, or `PROVIDER:MODEL` of another LangChain provider. */
      model: env.ANSWERDESK_CHAT_MODEL ?? 'extractive',
      /** The operator chose it: no other one can be put in use. */
      isFixed: env.ANSWERDESK_CHAT_MODEL !== undefined,
      baseUrl: env.ANSWERDESK_CHAT_BASE_URL ?? env.OPENAI_BASE_URL,
      apiKey: env.OPENAI_API_KEY,
      /** Undefined: more for a model in this process, which reads the whole prompt on this machine first. */
      firstTokenTimeoutMs: env.ANSWERDESK_CHAT_FIRST_TOKEN_TIMEOUT_MS,
      tokenTimeoutMs: env.ANSWERDESK_CHAT_TOKEN_TIMEOUT_MS,
      maxTokens: env.ANSWERDESK_CHAT_MAX_TOKENS,
      /** Prompt and answer together; undefined: what the model says, or 8192 on a server. */
      contextTokens: env.ANSWERDESK_CHAT_CONTEXT_TOKENS,
      /** Answers written at once; undefined: 2 in this process, 16 on a server. */
      atOnce: env.ANSWERDESK_CHAT_AT_ONCE,
      /** What it is told and given to read; undefined: by what the file says, `large` on a server. */
      size: env.ANSWERDESK_CHAT_SIZE,
      /** Answers that may wait for the model; further ones are quoted. */
      waiting: env.ANSWERDESK_CHAT_WAITING,
      /** A customer who has seen nothing for so long gets the quoted answer first. */
      quoteAfterMs: env.ANSWERDESK_CHAT_QUOTE_AFTER_MS,
      /** What a hosted model may cost in a day (UTC). */
      caps: {
        tokens: env.ANSWERDESK_CHAT_TOKENS_PER_DAY,
        money: env.ANSWERDESK_CHAT_MONEY_PER_DAY,
        inputPrice: env.ANSWERDESK_CHAT_INPUT_PRICE ?? 0,
        outputPrice: env.ANSWERDESK_CHAT_OUTPUT_PRICE ?? 0,
      },
      /** Packages that are installed on demand lie here. */
      packages: join(env.ANSWERDESK_DATA_DIR, 'packages'),
      /** Of a model in this process; 0: one core is left to the rest. */
      threads: env.ANSWERDESK_EMBEDDER_THREADS,
    },
    /** A file of what the company calls dangerous. */
    dangerPhrases: env.ANSWERDESK_DANGER_PHRASES,
    signIn: {
      /** With address and password. */
      passwords: env.ANSWERDESK_PASSWORDS === 'on',
      /** At an identity provider; undefined: not at one. */
      provider:
        env.ANSWERDESK_OIDC_ISSUER && env.ANSWERDESK_OIDC_CLIENT_ID && env.ANSWERDESK_OIDC_CLIENT_SECRET
          ? {
              issuer: env.ANSWERDESK_OIDC_ISSUER,
              clientId: env.ANSWERDESK_OIDC_CLIENT_ID,
              clientSecret: env.ANSWERDESK_OIDC_CLIENT_SECRET,
              name: env.ANSWERDESK_OIDC_NAME,
              scopes: env.ANSWERDESK_OIDC_SCOPES.split(/\s+/).filter(Boolean),
              allowedDomains: env.ANSWERDESK_OIDC_ALLOWED_DOMAINS,
              roleClaim: env.ANSWERDESK_OIDC_ROLE_CLAIM,
              roleOfGroup: env.ANSWERDESK_OIDC_ROLES,
              logout: env.ANSWERDESK_OIDC_LOGOUT,
            }
          : undefined,
      /** Of somebody whom the provider knows and nobody has invited; undefined: they are refused. */
      newRole: env.ANSWERDESK_OIDC_DEFAULT_ROLE,
      /** How long a session is used until the provider is asked again whether it still lets them in. */
      recheckMs: env.ANSWERDESK_OIDC_RECHECK_MINUTES * 60_000,
    },
    /** Share of all questions that may be answered wrongly and with confidence, 0 to 1; undefined: as the thresholds were fitted. */
    errorBudget: env.ANSWERDESK_ERROR_BUDGET,
    /** Share of the live answers whose groundedness is scored for /metrics, 0 to 1. */
    qualitySample: env.ANSWERDESK_QUALITY_SAMPLE,
    /** For evals only: a language model that judges answers. */
    judge: {
      model: env.ANSWERDESK_JUDGE_MODEL,
      baseUrl: env.ANSWERDESK_JUDGE_BASE_URL ?? env.OPENAI_BASE_URL,
      apiKey: env.OPENAI_API_KEY,
    },
    /** For evals only: a folder with the articles of each help centre that has a set of questions. */
    helpCentres: env.ANSWERDESK_HELP_CENTRES,
    /** For evals only: where runs are logged. */
    mlflow: {
      trackingUri: env.MLFLOW_TRACKING_URI,
      token: env.MLFLOW_TRACKING_TOKEN,
      experiment: env.MLFLOW_EXPERIMENT_NAME,
    },
  };
}

/** Throws `config-invalid` naming every problem. Without `env`: the environment, and below it the file `.env` where it is run. */
export function loadConfig(env: NodeJS.ProcessEnv = environment()): Config {
  // An empty variable means "not set": compose files and shells produce them.
  const present = Object.fromEntries(
    Object.entries(env).filter(
      ([name, value]) => value !== undefined && value !== '' && !isServiceLink(name, value),
    ),
  );
  const known = new Set(Object.keys(schema.shape));
  const unknown = Object.keys(present).filter((name) => name.startsWith('ANSWERDESK_') && !known.has(name));
  const parsed = schema.safeParse(present);
  const problems = [
    ...unknown.map((name) => `${name}: no such setting (.env.example lists them all)`),
    ...(parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${issue.path[0]?.toString()}: ${issue.message}`)),
    ...(parsed.success ? modelProblems(parsed.data) : []),
    ...(parsed.success ? noticeProblems(parsed.data) : []),
    ...(parsed.success ? signInProblems(parsed.data) : []),
    ...(parsed.success ? bridgeProblems(parsed.data.ANSWERDESK_BRIDGE, present) : []),
    ...tracingProblems(present),
  ];
  if (!parsed.success || problems.length > 0) {
    throw new AppError(
      'config-invalid',
      `The configuration has ${problems.length} problem(s):\n- ${problems.join('\n- ')}`,
    );
  }
  return shape(parsed.data);
}

/** A secret by the name of its variable; undefined when it is not set. Sources name their own: there may be two help desks. */
export function readSecret(variable: string, env: NodeJS.ProcessEnv = environment()): string | undefined {
  return env[variable]?.trim() || undefined;
}

/**
 * Kubernetes puts addresses of its Services into the environment of each container, under names made of theirs: a Service `answerdesk`
 * gives ANSWERDESK_SERVICE_HOST, ANSWERDESK_PORT=tcp://10.0.0.1:3000, ANSWERDESK_PORT_3000_TCP_ADDR and more, `answerdesk-web` the same
 * with ANSWERDESK_WEB_.
 */
function isServiceLink(name: string, value: string): boolean {
  return (
    /^ANSWERDESK_(?:\w+_)?SERVICE_(?:HOST|PORT(?:_\w+)?)$/.test(name) ||
    /^ANSWERDESK_(?:\w+_)?PORT_\d+_(?:TCP|UDP|SCTP)(?:_PROTO|_PORT|_ADDR)?$/.test(name) ||
    (/^ANSWERDESK_(?:\w+_)?PORT$/.test(name) && /^(?:tcp|udp|sctp):\/\//.test(value))
  );
}

function environment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) process.loadEnvFile();
  return process.env;
}

function modelProblems(env: z.infer<typeof schema>): string[] {
  const problems: string[] = [];
  const needsServer = (value: string | undefined) =>
    value === undefined && env.OPENAI_BASE_URL === undefined && env.OPENAI_API_KEY === undefined;
  const chatModel = env.ANSWERDESK_CHAT_MODEL ?? 'extractive';
  if (chatModel !== 'extractive' && !readChatModelName(chatModel))
    problems.push(`ANSWERDESK_CHAT_MODEL: ${chatModelNameProblem(chatModel)}`);
  if (chatModel.startsWith('openai:') && needsServer(env.ANSWERDESK_CHAT_BASE_URL)) {
    problems.push(
      'ANSWERDESK_CHAT_MODEL: an openai: model needs ANSWERDESK_CHAT_BASE_URL (your model server) or OPENAI_API_KEY',
    );
  }
  const { ANSWERDESK_CHAT_INPUT_PRICE: input, ANSWERDESK_CHAT_OUTPUT_PRICE: output } = env;
  if (env.ANSWERDESK_CHAT_MONEY_PER_DAY !== undefined && (input === undefined || output === undefined)) {
    problems.push(
      'ANSWERDESK_CHAT_MONEY_PER_DAY: needs ANSWERDESK_CHAT_INPUT_PRICE and ANSWERDESK_CHAT_OUTPUT_PRICE, for a million tokens each',
    );
  }
  if (env.ANSWERDESK_JUDGE_MODEL !== undefined && needsServer(env.ANSWERDESK_JUDGE_BASE_URL)) {
    problems.push('ANSWERDESK_JUDGE_MODEL: a judge needs ANSWERDESK_JUDGE_BASE_URL or OPENAI_API_KEY');
  }
  if (env.ANSWERDESK_EMBEDDER?.startsWith('openai:') && needsServer(env.ANSWERDESK_EMBEDDER_BASE_URL)) {
    problems.push(
      'ANSWERDESK_EMBEDDER: an openai: model needs ANSWERDESK_EMBEDDER_BASE_URL or OPENAI_API_KEY',
    );
  }
  return problems;
}

function noticeProblems(env: z.infer<typeof schema>): string[] {
  const needs = (name: keyof typeof env, other: keyof typeof env, why: string) =>
    env[name] !== undefined && env[other] === undefined ? [`${name}: needs ${other}, ${why}`] : [];
  return [
    ...needs('ANSWERDESK_SMTP_URL', 'ANSWERDESK_MAIL_FROM', 'the address that mails come from'),
    ...needs('ANSWERDESK_HANDOFF_MAIL_TO', 'ANSWERDESK_SMTP_URL', 'the server that sends mails'),
    ...needs(
      'ANSWERDESK_HANDOFF_WEBHOOK_URL',
      'ANSWERDESK_HANDOFF_WEBHOOK_SECRET',
      'which the receiver checks signatures with: "openssl rand -base64 32"',
    ),
    ...needs(
      'ANSWERDESK_REPLY_ADDRESS',
      'ANSWERDESK_INBOUND_MAIL_SECRET',
      'which whoever brings mails here sends along: "openssl rand -hex 24"',
    ),
    ...needs('ANSWERDESK_INBOUND_MAIL_SECRET', 'ANSWERDESK_REPLY_ADDRESS', 'the address that replies go to'),
  ];
}

function signInProblems(env: z.infer<typeof schema>): string[] {
  const problems: string[] = [];
  const isOn = env.ANSWERDESK_OIDC_ISSUER !== undefined;
  if (
    isOn &&
    (env.ANSWERDESK_OIDC_CLIENT_ID === undefined || env.ANSWERDESK_OIDC_CLIENT_SECRET === undefined)
  )
    problems.push(
      'ANSWERDESK_OIDC_ISSUER: needs ANSWERDESK_OIDC_CLIENT_ID and ANSWERDESK_OIDC_CLIENT_SECRET, which the identity provider gives',
    );
  if (!isOn && env.ANSWERDESK_PASSWORDS === 'off')
    problems.push(
      'ANSWERDESK_PASSWORDS: without passwords nobody can sign in unless ANSWERDESK_OIDC_ISSUER is set',
    );
  const isLocal = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::|\/|$)/.test(
    env.ANSWERDESK_OIDC_ISSUER ?? '',
  );
  if (env.ANSWERDESK_OIDC_ISSUER?.startsWith('http:') && !isLocal)
    problems.push('ANSWERDESK_OIDC_ISSUER: write https://, or anybody on the way could say who signs in');
  if (Object.keys(env.ANSWERDESK_OIDC_ROLES).length > 0 && env.ANSWERDESK_OIDC_ROLE_CLAIM === undefined)
    problems.push('ANSWERDESK_OIDC_ROLES: needs ANSWERDESK_OIDC_ROLE_CLAIM, the claim that holds the groups');
  return problems;
}

/** LangChain would send prompts to a third party when these are set; that takes the operator's explicit word. */
function tracingProblems(env: Record<string, string | undefined>): string[] {
  const names = ['LANGSMITH_TRACING', 'LANGSMITH_TRACING_V2', 'LANGCHAIN_TRACING', 'LANGCHAIN_TRACING_V2'];
  const active = names.filter((name) => env[name] !== undefined && env[name] !== 'false');
  const allowed = env.ANSWERDESK_ALLOW_TRACING === 'true' || env.ANSWERDESK_ALLOW_TRACING === '1';
  return active.length > 0 && !allowed
    ? [
        `${active.join(', ')}: would send customers' messages to LangSmith; unset it, or set ANSWERDESK_ALLOW_TRACING=true`,
      ]
    : [];
}
