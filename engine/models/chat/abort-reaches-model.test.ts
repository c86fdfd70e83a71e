// A customer who stops, or goes away, must not keep a model busy. The packages that run a model in this process are stood in for by some
// lines each: what is tested is that the desk tells them, and how long it takes on a clock that only the test moves.
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeLlamaPackage } from '../testing/llama-package.ts';
import { chunkLine, openOpenaiServer } from '../testing/openai-server.ts';
import { openWritingModel } from './open-chat-model.ts';

const prompt = [{ role: 'user' as const, content: 'How do I reset it?' }];
const settings = { maxTokens: 50, contextTokens: 1_024, threads: 1 };
/** An abort reaches every model in so many milliseconds. */
const mostMs = 200;

let packages: string;
async function write(path: string, text: string): Promise<string> {
  const file = join(packages, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}
beforeAll(async () => {
  packages = await mkdtemp(join(tmpdir(), 'abort-'));
});
afterAll(() => rm(packages, { recursive: true, force: true }));

describe('an abort reaches the model in time', () => {
  beforeEach(() => {
    // The network and the files go on; no timer fires unless the test says so.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('on a server: the connection is closed without any time passing', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await openOpenaiServer({
      raw: async (response) => {
        response.write(chunkLine({ content: 'Hold ' }, null));
        await once(response, 'close');
        closed.resolve();
      },
    });
    await using model = await openWritingModel({
      ...settings,
      packages,
      model: 'openai:m',
      baseUrl: server.baseUrl,
    });
    const before = performance.now();
    const controller = new AbortController();
    const reading = (async () => {
      for await (const { text } of await model.model.stream(prompt, { signal: controller.signal }))
        if (text) controller.abort();
    })();
    await expect(reading).rejects.toThrow();
    await closed.promise;
    expect(performance.now() - before).toBe(0);
  });

  it('in a GGUF file: decoding stops behind the token that it is at', async () => {
    const tokenMs = 80;
    const work = await writeLlamaPackage(packages, { tokenMs });
    const file = await write('model.gguf', 'GGUF, and no more than that');
    await using model = await openWritingModel({ ...settings, packages, model: `gguf:${file}`, atOnce: 1 });
    const controller = new AbortController();
    const reading = (async () => {
      for await (const { text } of await model.model.stream(prompt, { signal: controller.signal }))
        if (text) controller.abort();
    })();
    const over = expect(reading).rejects.toThrow();
    await vi.waitUntil(() => work.decoding === 1);
    await vi.advanceTimersByTimeAsync(tokenMs);
    await over;
    expect(work).toMatchObject({ decoding: 1, tokens: 1 });
    await vi.advanceTimersByTimeAsync(mostMs);
    expect(work).toMatchObject({ decoding: 0, tokens: 1 });
  });
});

describe('an abort in an ONNX folder', () => {
  it('stops the thread, which then takes the next question', async () => {
    await write(
      'node_modules/@huggingface/transformers/package.json',
      '{"type":"module","exports":"./index.js"}',
    );
    // One word, and then it thinks for as long as nobody stops it.
    await write(
      'node_modules/@huggingface/transformers/index.js',
      `export const env = {};
       export class StoppingCriteria {}
       export class DynamicCache {
         get_seq_length() {
           return 0;
         }
       }
       export class TextStreamer {
         constructor(_tokenizer, options) {
           this.say = options.callback_function;
         }
       }
       const ids = { tolist: () => [[1n]] };
       let answers = 0;
       export const pipeline = async () => ({
         tokenizer: { apply_chat_template: () => ({ input_ids: ids, attention_mask: ids }) },
         model: {
           async generate({ streamer, stopping_criteria }) {
             answers += 1;
             streamer.say('answer ' + answers);
             while (answers === 1 && !stopping_criteria._call([[]])[0])
               await new Promise((resolve) => setImmediate(resolve));
           },
         },
       });`,
    );
    await write('chat/config.json', '{"max_position_embeddings":2048}');
    await write('chat/tokenizer_config.json', '{"chat_template":"{{ messages }}"}');
    await write(
      'chat/tokenizer.json',
      '{"model":{"type":"WordPiece","vocab":{"[UNK]":0},"unk_token":"[UNK]"},"added_tokens":[],"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":null}',
    );
    await using model = await openWritingModel({
      ...settings,
      packages,
      model: `onnx:${join(packages, 'chat')}`,
    });
    const controller = new AbortController();
    const reading = (async () => {
      for await (const { text } of await model.model.stream(prompt, { signal: controller.signal }))
        if (text) controller.abort();
    })();
    await expect(reading).rejects.toThrow();
    let text = '';
    for await (const chunk of await model.model.stream(prompt)) text += chunk.text;
    expect(text).toBe('answer 2');
  });
});
