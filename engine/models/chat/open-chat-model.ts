// Opens the chat model that the configuration names. What quotes articles is always there; what writes words of its own is one of four:
// a model on an OpenAI-compatible server, one of another provider, a GGUF file, an ONNX folder.
import { basename } from 'node:path';
import type { ChatModel, ModelSize, NamedChatModel, WritingModel } from '#core/chat-model.ts';
import { AppError, briefly } from '#core/errors.ts';
import { chatModelNameProblem, providers, readChatModelName } from './chat-model-name.ts';
import { createCompatibleChatModel } from './compatible-chat-model.ts';
import { estimateTokens } from './estimate-tokens.ts';
import { createExtractiveChatModel, extractiveModelName } from './extractive-chat-model.ts';
import type { ExtractiveModels } from './score-units.ts';

export interface ChatModelOptions {
  /** `openai:MODEL`, `gguf:FILE`, `onnx:FOLDER`, or `PROVIDER:MODEL` of another LangChain provider that is installed. */
  readonly model: string;
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly maxTokens: number;
  /** Tokens of prompt and answer together; undefined: what the model says, or a size that every server has. */
  readonly contextTokens?: number | undefined;
  /** Answers that it writes at once; undefined: few in this process, more on a server. */
  readonly atOnce?: number | undefined;
  /** undefined: what a model in this process tells of itself; a model on a server counts as large. */
  readonly size?: ModelSize | undefined;
  /** Where packages that are installed on demand lie. */
  readonly packages: string;
  /** Of a model in this process; 0: as many as leave a core free. */
  readonly threads?: number;
}

/** `models`: what the extractive answer scores sentences with. */
export function openExtractive(models: ExtractiveModels): NamedChatModel {
  return { name: extractiveModelName, model: createExtractiveChatModel(models) };
}

/** What a server of unknown size surely takes. */
const serverContext = 8_192;
const serverAtOnce = 16;
/** A request lives no longer, whatever the server sends. The time-outs for single tokens are far below. */
const longestRequestMs = 300_000;

/** Throws `model-invalid`, or `bad-input` where a file cannot be used. */
export async function openWritingModel(options: ChatModelOptions): Promise<WritingModel> {
  const named = readChatModelName(options.model);
  if (!named)
    throw new AppError('model-invalid', `ANSWERDESK_CHAT_MODEL: ${chatModelNameProblem(options.model)}`);
  const { kind, name } = named;
  const { maxTokens, contextTokens, atOnce, size, packages, threads = 0 } = options;
  if (kind === 'gguf' || kind === 'onnx') {
    // Only a desk with such a model pays for loading it.
    const open =
      kind === 'gguf'
        ? (await import('./gguf-chat-model.ts')).openGgufChatModel
        : (await import('./onnx-chat-model.ts')).openOnnxChatModel;
    const local = {
      name: `${kind}:${basename(name)}`,
      path: name,
      packages,
      maxTokens,
      contextTokens,
      threads,
      atOnce,
      size,
    };
    return open(local);
  }
  return {
    name: options.model,
    model: await openServerModel(kind, name, options),
    maxTokens,
    contextTokens: contextTokens ?? serverContext,
    atOnce: atOnce ?? serverAtOnce,
    size: size ?? 'large',
    countTokens: estimateTokens,
    async [Symbol.asyncDispose]() {},
  };
}

type ChatModelClass = new (settings: object) => ChatModel;

async function openServerModel(
  kind: string,
  name: string,
  { model, maxTokens, apiKey, baseUrl }: ChatModelOptions,
): Promise<ChatModel> {
  if (kind === 'openai' && baseUrl !== undefined)
    return createCompatibleChatModel({
      baseUrl,
      apiKey: apiKey ?? 'none',
      model: name,
      maxTokens,
      timeoutMs: longestRequestMs,
    });
  const [packageName, className] = providers[kind]!;
  try {
    // Only a desk with a model server pays for loading the client.
    const classes = (await import(packageName)) as Readonly<Record<string, ChatModelClass>>;
    return new classes[className]!({
      model: name,
      temperature: 0,
      maxTokens,
      // Retries would hide a late first token from the time-out, and the extractive answer is the better second try.
      maxRetries: 0,
      timeout: longestRequestMs,
      streamUsage: false,
      apiKey: apiKey ?? 'none',
      // It would write what it cannot read to standard error, and that may quote a prompt.
      configuration: { logLevel: 'off', ...(baseUrl === undefined ? {} : { baseURL: baseUrl }) },
    });
  } catch (cause) {
    throw new AppError(
      'model-invalid',
      `The chat model ${model} cannot be set up (${briefly(cause)}): check ANSWERDESK_CHAT_MODEL, and that the package of its provider is installed.`,
      { cause },
    );
  }
}
