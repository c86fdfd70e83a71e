// Changing a model from end to end, as a user does it, on a small knowledge base made with the model that ships, while a server reads it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '#app/config.ts';
import { type Knowledge, openKnowledge } from '#app/open-knowledge.ts';
import { type EmbeddingEndpoint, startEmbeddingEndpoint } from '#ingest/testing/embedding-endpoint.ts';
import { readCurrentId } from '#knowledge/generations/generation-folder.ts';
import type { ModelChange } from '#learning/promotion/model-change.ts';
import { knownPairs } from '#models/store/known-pairs.ts';
import { writeTinyModel } from '#models/testing/tiny-model.ts';
import { topicVectors, writeKnowingModel } from '#models/testing/word-models.ts';
import { runCommandLine, succeed } from '../testing/run-command.ts';

let root: string;
let dataDir: string;
let server: Knowledge;
let endpoint: EmbeddingEndpoint;
const place = (name: string) => join(root, name);
// A reranker reads all of so few articles, and hides what the embedder does.
const env = () => ({
  ANSWERDESK_DATA_DIR: dataDir,
  ANSWERDESK_RERANKER: 'off',
  ANSWERDESK_EMBEDDER_BASE_URL: endpoint.baseUrl,
});
const models = (args: readonly string[], more: Record<string, string> = {}) =>
  runCommandLine('cli/main.ts', ['models', ...args], { ...env(), ...more });
const ingest = (...args: string[]) => succeed(runCommandLine('cli/main.ts', ['ingest', ...args], env()));
const refusedIngest = async (args: readonly string[], more: Record<string, string>) => {
  const { code, stderr } = await runCommandLine('cli/main.ts', ['ingest', ...args], { ...env(), ...more });
  expect(code).toBe(2);
  return stderr;
};
const cases = () => ['--cases', place('cases.jsonl'), '--json'];
const question = knownPairs[5]!.question;
const found = async () =>
  (await server.current().retrieve(question, { k: 3 })).map(({ chunk }) => chunk.documentId);

/** Colours, for a model that knows these and nothing else. */
const colours = ['red', 'green', 'blue', 'white', 'black', 'pink', 'brown', 'grey'];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'models-'));
  dataDir = place('var');
  endpoint = await startEmbeddingEndpoint();
  await mkdir(place('articles'));
  for (const [index, { passage }] of knownPairs.entries())
    await writeFile(
      place(`articles/topic-${index}.md`),
      `---\nid: topic-${index}\n---\n# Topic ${index}\n\n${passage}\n`,
    );
  await writeFile(
    place('cases.jsonl'),
    knownPairs
      .flatMap(({ question: text }, index) =>
        [text, `${text}, please`].map((asked, form) =>
          JSON.stringify({
            id: `${index}-${form}`,
            turns: [{ role: 'customer', text: asked }],
            gold: [`topic-${index}`],
          }),
        ),
      )
      .join('\n'),
  );
  await ingest(place('articles'), '--source', 'help');
  server = await openKnowledge(loadConfig(env()));

  await writeKnowingModel(place('knowing'));
  await writeTinyModel(place('dull'), {
    vectors: topicVectors(colours.map((colour) => [colour])),
    answerdesk: { name: 'dull', pooling: 'mean', max_tokens: 64, query_prefix: '' },
  });
  await writeFile(
    place('pairs.jsonl'),
    colours.map((colour) => JSON.stringify({ question: colour, passage: `${colour} ${colour}` })).join('\n'),
  );
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await endpoint?.[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

// Each step starts processes that load models and run suites, and builds on the one before.
describe('answerdesk models', () => {
  let builtIn: string;

  it('adds models, and lists them with what made the knowledge base', async () => {
    await succeed(models(['add', place('knowing')]));
    const refused = await models(['add', place('dull')]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('does not tell what belongs together');
    await succeed(models(['add', place('dull'), '--pairs', place('pairs.jsonl')]));
    const { stdout, stderr } = await succeed(models(['list', '--json']));
    const list = JSON.parse(stdout);
    expect(
      list.models.map(({ modelId }: { modelId: string }) => modelId.replace(/@.*/, '')).slice(1),
    ).toEqual(['dull', 'knowing']);
    expect(list.models[0]).toMatchObject({ isBuiltIn: true, inUse: true, generations: ['gen-000001'] });
    builtIn = list.models[0].modelId;
    expect(stderr).toMatch(new RegExp(`^\\* {2}${builtIn}.*built in.*gen-000001$`, 'm'));
  });

  it('compares two models of which neither is in use, and changes nothing', async () => {
    const { stdout, stderr } = await succeed(models(['compare', 'dull', 'knowing', ...cases()]));
    const change = JSON.parse(stdout) as ModelChange;
    expect(change.before.modelId).toMatch(/^dull@/);
    expect(change.after.modelId).toMatch(/^knowing@/);
    expect(change.questions).toBe(2 * knownPairs.length);
    const recall = change.scores.find(({ score }) => score === 'recall-5')!;
    expect(recall.difference).toBeGreaterThan(0);
    expect(stderr).toContain('dull');
    expect(await readCurrentId(dataDir)).toBe('gen-000001');
  });

  it('does not publish by accident a model that makes things worse', async () => {
    const { code, stdout, stderr } = await models(['use', 'dull', '--yes', ...cases()]);
    expect(code).toBe(1);
    const { change, published } = JSON.parse(stdout) as { change: ModelChange; published: boolean };
    expect(published).toBe(false);
    expect(change).toMatchObject({ acceptable: false, questions: 2 * knownPairs.length });
    const recall = change.scores.find(({ score }) => score === 'recall-5')!;
    expect(recall).toMatchObject({ worse: true, significant: true });
    expect(stderr).toContain('WORSE, not chance');
    expect(stderr).toContain(`Not published: ${builtIn} stays in use.`);
    expect(await readCurrentId(dataDir)).toBe('gen-000001');
  });

  it('publishes one that makes nothing worse; the running server and later jobs follow', async () => {
    const before = server.current();
    expect(await found()).toContain('topic-5');
    const { stdout, stderr } = await succeed(models(['use', 'knowing', '--yes', ...cases()]));
    expect(stderr).toContain('0 embedded, 16 known');
    expect(JSON.parse(stdout)).toMatchObject({ published: true, generation: { id: 'gen-000002' } });
    await server.refresh();
    expect(server.current().generation.id).toBe('gen-000002');
    expect(server.embedder.modelId).toMatch(/^knowing@/);
    expect((await found())[0]).toBe('topic-5');
    // Who was in the middle of an answer goes on with the old one.
    expect((await before.retrieve(question, { k: 3 })).map(({ chunk }) => chunk.documentId)).toContain(
      'topic-5',
    );

    await writeFile(place('articles/topic-99.md'), '---\nid: topic-99\n---\n# New\n\nA parcel of ours.\n');
    await ingest(place('articles'), '--source', 'help');
    await server.refresh();
    expect(server.current().generation).toMatchObject({ id: 'gen-000003', documents: 17 });
    expect(server.current().generation.modelId).toBe(server.embedder.modelId);
    expect(server.embedder.modelId).toMatch(/^knowing@/);
    const again = await succeed(models(['use', 'knowing', '--yes', ...cases()]));
    expect(again.stderr).toContain('is in use already');
  });

  it('rolls back to the generation before, and the server to its model', async () => {
    await succeed(models(['rollback']));
    const { stdout } = await succeed(models(['rollback', '--json']));
    expect(JSON.parse(stdout)).toMatchObject({ generation: { id: 'gen-000001', modelId: builtIn } });
    await server.refresh();
    expect(server.embedder.modelId).toBe(builtIn);
    expect(await found()).toContain('topic-5');
    const none = await models(['rollback']);
    expect(none.code).toBe(1);
  });

  it('refuses what would not last or cannot be, and changes nothing', async () => {
    const fixed = { ANSWERDESK_EMBEDDER: 'data/models/embedder' };
    const refusals: [Parameters<typeof models>, RegExp][] = [
      [[['use', 'knowing'], fixed], /Unset it first/],
      [[['use', 'nobody']], /There is no model nobody\. There are: .*dull@/],
      [[['use', 'knowing', '--tolerance', 'much']], /--tolerance must be a number/],
      [[['compare', 'current']], /compare A B/],
      [[['add', place('articles')]], /has no model\.onnx and no tokenizer\.json/],
      [[['choose']], /There is no command choose/],
      [[['use', 'knowing', '--yes', '--cases', 'data/evals/golden.jsonl']], /belong to another one/],
    ];
    for (const [call, message] of refusals) {
      const { code, stderr } = await models(...call);
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
    }
    expect(await readCurrentId(dataDir)).toBe('gen-000001');
  });

  it('says with ANSWERDESK_EMBEDDER set that it does not go with what is published', async () => {
    await writeTinyModel(place('mine'), { answerdesk: { name: 'mine', pooling: 'mean' } });
    const fixed = { ...env(), ANSWERDESK_EMBEDDER: place('mine') };
    await using own = await openKnowledge(loadConfig(fixed));
    expect(() => own.current()).toThrow(/was made with [\s\S]*unset ANSWERDESK_EMBEDDER/);
    const said = await refusedIngest([place('articles'), '--source', 'help'], fixed);
    expect(said).toMatch(new RegExp(`made with ${builtIn}\\. mine@\\w+ is another model`));
    expect(said).toMatch(
      /answerdesk models use mine@\w+ --cases FILE \("answerdesk models add FOLDER" first/,
    );
    expect(await readCurrentId(dataDir)).toBe('gen-000001');
  });

  it('changes to a model of a server like to any other', async () => {
    const words = 'openai:words';
    const nowhere = { ANSWERDESK_EMBEDDER_BASE_URL: '' };
    const unserved = await models(['use', words, '--yes', ...cases()], nowhere);
    expect(unserved.code).toBe(2);
    expect(unserved.stderr).toMatch(/needs the address of its server/);

    // It knows words, not meanings, so it is published here because nothing is held against it.
    const { stdout } = await succeed(models(['use', words, '--yes', '--tolerance', '1', ...cases()]));
    expect(JSON.parse(stdout)).toMatchObject({
      published: true,
      change: { before: { modelId: builtIn }, after: { modelId: words }, questions: 2 * knownPairs.length },
      generation: { id: 'gen-000004', modelId: words },
    });
    await server.refresh();
    expect(server.embedder.modelId).toBe(words);
    expect(await found()).toHaveLength(3);
    const listed = JSON.parse((await succeed(models(['list', '--json']))).stdout).models.at(-1);
    expect(listed).toMatchObject({ modelId: words, isEndpoint: true, inUse: true });

    await writeFile(place('articles/topic-98.md'), '---\nid: topic-98\n---\n# Newer\n\nAnother parcel.\n');
    const scheduled = [place('articles'), '--source', 'help'];
    const said = await refusedIngest(scheduled, nowhere);
    expect(said).toContain(`made with ${words}. ${builtIn} is another model`);
    expect(said).toContain('set ANSWERDESK_EMBEDDER_BASE_URL');
    await ingest(...scheduled);
    await server.refresh();
    expect(server.current().generation).toMatchObject({ id: 'gen-000005', modelId: words });

    await succeed(models(['rollback']));
    const { stdout: back } = await succeed(models(['rollback', '--json']));
    expect(JSON.parse(back)).toMatchObject({ generation: { id: 'gen-000003' } });
    await server.refresh();
    expect(server.embedder.modelId).toMatch(/^knowing@/);
  });
});
