// answerdesk models: brings embedding models in, compares them on a team's own questions, and changes the one in use. Arguments only.
import { join, resolve } from 'node:path';
import { type Config, loadConfig } from '#app/config.ts';
import { AppError } from '#core/errors.ts';
import { packagePath } from '#core/package-root.ts';
import { lockJob } from '#ingest/job-lock.ts';
import { recordAudit } from './audit/record.ts';
import { defineCommand } from './command.ts';
import { askPerson, isAttended } from './models/ask-person.ts';
import { openTools } from './models/comparison-tools.ts';

// What runs suites and models is imported when it is needed: a rollback is wanted at once.
const help = `Models: which embedders there are, how they compare on your questions, which one is in use; chat models in a file.

  answerdesk models list                 show the models that are there, and which one made the knowledge base
  answerdesk models add FOLDER           check an ONNX model, try it, and copy it into the store
  answerdesk models compare A B          ask both your questions; changes nothing
  answerdesk models use NAME             embed everything again, compare, show the result, ask, then publish
  answerdesk models rollback             go back to the generation before, with its model, in a second
  answerdesk models add-chat SOURCE      check a chat model (a GGUF file, its address, an ONNX folder), try it, copy it into the data folder

A name is what "list" shows, with or without the hash. "built-in" is the model that ships, "current" the one in use.
openai:MODEL is a model of the server at ANSWERDESK_EMBEDDER_BASE_URL: it needs no "add", and ANSWERDESK_EMBEDDER stays unset.

Ingestion never changes the model. With another one than made the knowledge base, it refuses to publish.

  add
    --pooling KIND         mean, cls, or none if the graph gives one vector a text
    --query-prefix TEXT    what the model wants before questions, such as "query: "
    --document-prefix TEXT what the model wants before passages
    --max-tokens N         the longest text that it takes
    --name NAME            what to call it (default: the name in its config.json, or the folder's)
    --pairs FILE           8 or more lines of {"question", "passage"} for the self-test, if the model knows no English
    Most models say the first four themselves: in config.json ("answerdesk"), 1_Pooling/config.json, sentence_bert_config.json
    or config_sentence_transformers.json. The command asks for what no file says.

  compare, use
    --cases FILE           your questions as JSONL, as for answerdesk evals; may be repeated (default: the sample company's)
    --tolerance SHARE      how much worse a figure may become (default 0.01: one point in a hundred)
    --calibrate            fit the model's thresholds for answering anew on these questions; the first time this happens anyway
    --out DIR              where to keep the runs of the suites (default: evals/models in the data folder)
    --seed N               of the bootstrap (default 1)
  use
    --yes                  do not ask: publish if nothing is worse than the tolerance allows, else change nothing

  add-chat
    --sha256 HEX             what the file has to be
    --max-gigabytes N        the largest file that is downloaded (default 20)
    --allow-private-addresses  the address may be on a private network, and begin with http://
    --record FILE            what is known of its training, as training.chat.export writes it
  compare, use, rollback
    --chat                   of chat models

  --json                   the result on standard output
  --help

Examples
  answerdesk models add ~/models/bge-small --pooling cls --max-tokens 512 \\
      --query-prefix "Represent this sentence for searching relevant passages: "
  answerdesk models compare current bge-small --cases our-questions.jsonl
  answerdesk models use bge-small --cases our-questions.jsonl
  answerdesk models add-chat https://models.example/small-instruct.gguf

Exit codes: 0 done; 1 failed, or not published; 2 bad usage, or a model that cannot be used.
`;

const defaultCases = [packagePath('data/evals/golden.jsonl')];

export const command = defineCommand({
  help,
  options: {
    pooling: { type: 'string' },
    'query-prefix': { type: 'string' },
    'document-prefix': { type: 'string' },
    'max-tokens': { type: 'string' },
    name: { type: 'string' },
    pairs: { type: 'string' },
    cases: { type: 'string', multiple: true },
    tolerance: { type: 'string', default: '0.01' },
    calibrate: { type: 'boolean', default: false },
    out: { type: 'string' },
    seed: { type: 'string', default: '1' },
    yes: { type: 'boolean', default: false },
    chat: { type: 'boolean', default: false },
    sha256: { type: 'string' },
    record: { type: 'string' },
    'max-gigabytes': { type: 'string', default: '20' },
    'allow-private-addresses': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
  async run({ values, positionals }, signal) {
    const [command, ...rest] = positionals;
    const config = loadConfig();
    const print = (value: unknown) => {
      if (values.json) process.stdout.write(`${JSON.stringify(value)}\n`);
    };
    const say = (text: string) => void process.stderr.write(`${text}\n`);
    const comparison = () => ({
      cases: values.cases ?? defaultCases,
      tolerance: numberOf(values.tolerance, { option: '--tolerance', least: 0, most: 1 }),
      seed: wholeNumberOf(values.seed, '--seed'),
      calibrate: values.calibrate,
      out: values.out === undefined ? undefined : resolve(values.out),
      say,
      signal,
    });

    switch (command) {
      case 'list': {
        expectNames(rest, 0, 'list');
        const [{ readModels }, { describeModels }] = await Promise.all([
          import('#learning/promotion/name-models.ts'),
          import('#learning/promotion/describe-models.ts'),
        ]);
        const known = await readModels(builtInOnly(config));
        const chat = await chatCommands().then(({ describeChatModels }) => describeChatModels(config));
        say(`${describeModels(known)}\n\n${chat.text}`);
        return print({ ...known, chatModels: chat.models });
      }
      case 'add': {
        const [folder] = expectNames(rest, 1, 'add FOLDER');
        const [{ addModel }, { readKnownPairs }] = await Promise.all([
          import('#models/store/add-model.ts'),
          import('#models/store/known-pairs.ts'),
        ]);
        const { model, isNew, selfTest, notes } = await addModel(
          { dataDir: config.dataDir, folder: folder! },
          {
            overrides: {
              name: values.name,
              pooling: poolingOf(values.pooling),
              queryPrefix: values['query-prefix'],
              documentPrefix: values['document-prefix'],
              maxTokens:
                values['max-tokens'] === undefined
                  ? undefined
                  : wholeNumberOf(values['max-tokens'], '--max-tokens'),
            },
            pairs: values.pairs === undefined ? undefined : await readKnownPairs(values.pairs),
            signal,
          },
        );
        say(
          `${model.modelId} ${isNew ? 'was added' : 'was there already'}: ${model.dimensions} dimensions, ${Math.round(selfTest.pairsRight * 100)} % of the self-test right.`,
        );
        for (const note of notes) say(note);
        say(`Try it on your questions: answerdesk models compare current ${model.modelId}`);
        return print({ ...model, isNew, ...selfTest, notes });
      }
      case 'add-chat': {
        const [source] = expectNames(rest, 1, 'add-chat FILE|FOLDER|URL');
        const { addChatCommand } = await import('./models/add-chat-command.ts');
        const gigabytes = numberOf(values['max-gigabytes'], {
          option: '--max-gigabytes',
          least: 0.001,
          most: 10_000,
        });
        const added = await addChatCommand(config, source!, {
          sha256: values.sha256,
          record: values.record,
          maxBytes: gigabytes * 1e9,
          allowPrivate: values['allow-private-addresses'],
          say,
          signal,
        });
        return print(added);
      }
      case 'compare': {
        const [before, after] = expectNames(rest, 2, 'compare A B');
        const { pickModel, readModels, refuseFixedEmbedder } = await import(
          '#learning/promotion/name-models.ts'
        );
        const [{ compareModels }, { describeChange }] = await Promise.all([
          import('#learning/promotion/compare-models.ts'),
          import('#learning/promotion/model-change.ts'),
        ]);
        using _lock = lockModels(config);
        if (values.chat) {
          const { compareChat } = await chatCommands();
          const change = await compareChat(config, [before!, after!], {
            ...comparison(),
            evaluate: (await openTools()).evaluate,
          });
          if (values.json) return print(change);
          process.stdout.write(`${describeChange(change)}\n`);
          return;
        }
        refuseFixedEmbedder(config);
        const known = await readModels(config);
        const pair = [pickModel(known, before!), pickModel(known, after!)] as const;
        const change = await compareModels(config, pair, { ...comparison(), tools: await openTools() });
        if (values.json) return print(change);
        process.stdout.write(`${describeChange(change)}\n`);
        return;
      }
      case 'use': {
        const [name] = expectNames(rest, 1, 'use NAME');
        const [{ readModels, refuseFixedEmbedder }, { useModel }] = await Promise.all([
          import('#learning/promotion/name-models.ts'),
          import('#learning/promotion/use-model.ts'),
        ]);
        using _lock = lockModels(config);
        const consent = values.yes
          ? ('within-tolerance' as const)
          : isAttended()
            ? { ask: (question: string) => askPerson(question, signal) }
            : ('none' as const);
        if (values.chat) {
          const { useChat } = await chatCommands();
          const outcome = await useChat(config, name!, {
            ...comparison(),
            evaluate: (await openTools()).evaluate,
            consent,
          });
          if (outcome.published)
            await recordAudit(config.dataDir, { action: 'chat-model.changed', subject: name! });
          print(outcome);
          if (outcome.change && !outcome.published) process.exitCode = 1;
          return;
        }
        refuseFixedEmbedder(config);
        const models = await readModels(config);
        const outcome = await useModel(
          config,
          { models, name: name! },
          {
            ...comparison(),
            tools: await openTools(),
            consent,
          },
        );
        if (outcome.generation)
          await recordAudit(config.dataDir, {
            action: 'knowledge.published',
            subject: outcome.generation.id,
            details: { model: outcome.generation.modelId },
          });
        print(outcome);
        if (outcome.change && !outcome.published) process.exitCode = 1;
        return;
      }
      case 'rollback': {
        expectNames(rest, 0, 'rollback');
        if (values.chat) {
          const setting = await chatCommands().then(({ rollBackChat }) => rollBackChat(config));
          await recordAudit(config.dataDir, { action: 'chat-model.changed', subject: setting });
          say(`${setting} writes from the next start of the server on.`);
          return print({ setting });
        }
        const { describeRollback, rollBack } = await import('#ingest/publish/roll-back.ts');
        const generation = await rollBack(config);
        await recordAudit(config.dataDir, { action: 'knowledge.rolled-back', subject: generation.id });
        say(describeRollback(generation));
        return print({ generation });
      }
      default:
        throw new AppError(
          'bad-request',
          command === undefined ? help : `There is no command ${command}.\n\n${help}`,
        );
    }
  },
});

const chatCommands = () => import('./models/chat-commands.ts');

/** As if ANSWERDESK_EMBEDDER were not set: the model that ships. */
function builtInOnly(config: Config): Config {
  const { model, isFixed } = loadConfig({}).embedder;
  return { ...config, embedder: { ...config.embedder, model, isFixed } };
}

/** Two comparisons at once would be slow, and of the same model in each other's way. Ingestion goes on meanwhile. */
function lockModels({ dataDir }: Config): Disposable {
  return lockJob(join(dataDir, 'candidates'), 'comparison of models');
}

function expectNames(names: readonly string[], count: number, usage: string): readonly string[] {
  if (names.length === count) return names;
  throw new AppError('bad-request', `Write: answerdesk models ${usage} (answerdesk models --help)`);
}

function poolingOf(text: string | undefined): 'mean' | 'cls' | 'none' | undefined {
  if (text === undefined || text === 'mean' || text === 'cls' || text === 'none') return text;
  throw new AppError('bad-request', '--pooling is mean, cls or none.');
}

function wholeNumberOf(text: string, option: string): number {
  const value = numberOf(text, { option, least: 1, most: 1_000_000 });
  if (!Number.isInteger(value)) throw new AppError('bad-request', `${option} must be a whole number.`);
  return value;
}

function numberOf(
  text: string,
  { option, least, most }: { readonly option: string; readonly least: number; readonly most: number },
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most) return value;
  throw new AppError('bad-request', `${option} must be a number from ${least} to ${most}.`);
}
