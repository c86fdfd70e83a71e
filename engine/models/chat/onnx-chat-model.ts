// A chat model in an ONNX folder, in this process: transformers.js behind LangChain's chat model. It computes in a thread of its own,
// because onnxruntime-node blocks the thread that calls it; a flag in shared memory stops it between two tokens.
import { readdir, readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Tokenizer } from '@huggingface/tokenizers';
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';
import { z } from 'zod';
import { type GroundedCallOptions, modelSizeOf, type WritingModel } from '#core/chat-model.ts';
import { AppError, briefly } from '#core/errors.ts';
import type { InProcessOptions } from './gguf-chat-model.ts';
import type { OnnxThreadData, OnnxThreadReply, OnnxThreadRequest } from './onnx-chat-thread.ts';
import { pushedText } from './pushed-text.ts';

const modelConfig = z.looseObject({ max_position_embeddings: z.number().int().positive().optional() });
const tokenizerConfig = z.looseObject({ chat_template: z.unknown().optional() });
const usualContext = 4_096;
/** A number has one to four of them in such files. */
const bytesPerParameter = 2;

/** Throws `bad-input` where the folder holds no chat model, `model-invalid` where transformers.js is missing. */
export async function openOnnxChatModel({
  name,
  path,
  packages,
  maxTokens,
  contextTokens = usualContext,
  threads,
  size,
}: InProcessOptions): Promise<WritingModel> {
  const { trained, template, tokenizer, bytes } = await readFolder(path);
  const workerData: OnnxThreadData = {
    path,
    packages,
    maxTokens,
    template,
    // More threads than cores wait for one another in a loop.
    threads: threads || Math.max(1, availableParallelism() - 1),
  };
  const worker = new Worker(threadUrl, { workerData });
  const thread = createThread(worker);
  try {
    await thread.ready;
  } catch (thrown) {
    await worker.terminate();
    throw thrown;
  }
  return {
    name,
    model: new OnnxChatModel(thread),
    contextTokens: Math.min(contextTokens, trained ?? contextTokens),
    maxTokens,
    // One session, one answer: the others wait.
    atOnce: 1,
    size: size ?? modelSizeOf(bytes / bytesPerParameter),
    countTokens: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids.length,
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

const threadUrl = new URL(import.meta.resolve('#models/chat/onnx-chat-thread.ts'));

interface OnnxFolder {
  /** Tokens; undefined where the folder does not say. */
  readonly trained: number | undefined;
  /** Of a file of its own, which transformers.js does not read; undefined where tokenizer_config.json has it. */
  readonly template: string | undefined;
  readonly tokenizer: Tokenizer;
  /** Of the weights. */
  readonly bytes: number;
}

async function readFolder(path: string): Promise<OnnxFolder> {
  const read = async <T>(file: string, parse: (value: unknown) => T): Promise<T> => {
    try {
      return parse(JSON.parse(await readFile(join(path, file), 'utf8')));
    } catch (cause) {
      throw new AppError(
        'bad-input',
        `${path}: ${file} cannot be read (${briefly(cause)}). Bring the folder of a chat model for transformers.js: config.json, tokenizer.json, tokenizer_config.json, onnx/model.onnx.`,
        { cause },
      );
    }
  };
  const config = await read('config.json', (value) => modelConfig.parse(value));
  const settings = await read('tokenizer_config.json', (value) => tokenizerConfig.parse(value));
  const template =
    settings.chat_template === undefined
      ? await readFile(join(path, 'chat_template.jinja'), 'utf8').catch(() => undefined)
      : undefined;
  if (settings.chat_template === undefined && template === undefined)
    throw new AppError(
      'bad-input',
      `${path}: the model has no chat template: it completes text and does not chat. Look for its "Instruct" or "Chat" form.`,
    );
  return {
    trained: config.max_position_embeddings,
    template,
    tokenizer: await read('tokenizer.json', (value) => new Tokenizer(value as object, settings)),
    bytes: await weightBytes(join(path, 'onnx')),
  };
}

/** Of the file that is loaded, and of those that it keeps numbers in. */
async function weightBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = names
    .filter((name) => /^model\.onnx(?:_data.*)?$/.test(name))
    .map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

interface OnnxThread {
  readonly ready: Promise<void>;
  /** Rejects with the signal's reason as soon as it is aborted; the thread stops behind the token that it computes. */
  write(
    messages: OnnxThreadRequest['messages'],
    push: (text: string) => void,
    signal: AbortSignal,
  ): Promise<'stop' | 'length'>;
}

function createThread(worker: Worker): OnnxThread {
  const ready = Promise.withResolvers<void>();
  let job: (PromiseWithResolvers<'stop' | 'length'> & { push(text: string): void }) | undefined;
  /** Of the answer before, which may still be stopping. */
  let busy: Promise<unknown> = Promise.resolve();
  const fail = (error: AppError) => {
    ready.reject(error);
    job?.reject(error);
  };
  worker.on('message', (reply: OnnxThreadReply) => {
    if (reply.type === 'ready') ready.resolve();
    else if (reply.type === 'text') job?.push(reply.text);
    else if (reply.type === 'end') job?.resolve(reply.finish);
    else fail(new AppError(reply.code, reply.message));
  });
  worker.on('error', (cause) =>
    fail(new AppError('model-unavailable', 'The chat model ended with an error.', { cause })),
  );
  worker.on('exit', () => fail(new AppError('model-unavailable', 'The chat model is closed.')));
  worker.unref();
  return {
    ready: ready.promise,
    async write(messages, push, signal) {
      await busy;
      signal.throwIfAborted();
      const stop = new Int32Array(new SharedArrayBuffer(4));
      const own = { ...Promise.withResolvers<'stop' | 'length'>(), push };
      job = own;
      busy = own.promise.catch(() => {});
      const onAbort = () => Atomics.store(stop, 0, 1);
      signal.addEventListener('abort', onAbort, { once: true });
      worker.postMessage({ messages, stop } satisfies OnnxThreadRequest);
      const finish = await own.promise.finally(() => signal.removeEventListener('abort', onAbort));
      signal.throwIfAborted();
      return finish;
    },
  };
}

class OnnxChatModel extends BaseChatModel<GroundedCallOptions> {
  readonly #thread: OnnxThread;

  constructor(thread: OnnxThread) {
    super({});
    this.#thread = thread;
  }

  override _llmType(): string {
    return 'onnx';
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const own = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, own.signal]) : own.signal;
    const said = messages.map(({ type, text }) => ({
      role:
        type === 'ai' ? ('assistant' as const) : type === 'system' ? ('system' as const) : ('user' as const),
      content: text,
    }));
    try {
      for await (const { text, finish } of pushedText((push) => this.#thread.write(said, push, signal))) {
        const message = new AIMessageChunk({
          content: text,
          response_metadata: finish ? { finish_reason: finish } : {},
        });
        yield new ChatGenerationChunk({ text, message });
        await runManager?.handleLLMNewToken(text);
      }
    } finally {
      own.abort(new DOMException('The stream is no longer read.', 'AbortError'));
    }
  }

  override async _generate(messages: BaseMessage[], options: this['ParsedCallOptions']): Promise<ChatResult> {
    let text = '';
    for await (const chunk of this._streamResponseChunks(messages, options)) text += chunk.text;
    return { generations: [{ text, message: new AIMessage(text) }] };
  }
}
