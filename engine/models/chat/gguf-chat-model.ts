// A chat model in a GGUF file, in this process: node-llama-cpp behind LangChain's chat model. One loaded model serves several answers;
// each has a sequence of its own, which keeps what it evaluated, so that the instructions that all prompts share are read once.
import { availableParallelism } from 'node:os';
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';
import {
  type GroundedCallOptions,
  type ModelSize,
  modelSizeOf,
  type WritingModel,
} from '#core/chat-model.ts';
import { readGguf } from './gguf-file.ts';
import type { LlamaModule } from './llama-module.ts';
import { importOnDemand, nodeLlamaCpp } from './on-demand-package.ts';
import { pushedText } from './pushed-text.ts';

export interface InProcessOptions {
  readonly name: string;
  /** The file, or the folder, of the model. */
  readonly path: string;
  /** Where `npm install --prefix` puts packages. */
  readonly packages: string;
  readonly maxTokens: number;
  /** Above what the model was trained for it is not raised. */
  readonly contextTokens?: number | undefined;
  /** 0 = one for each core. */
  readonly threads: number;
  readonly atOnce?: number | undefined;
  /** In place of what the file tells. */
  readonly size?: ModelSize | undefined;
}

/** Longer contexts take memory that no prompt of the desk needs. */
const usualContext = 4_096;
/** Tokens that are read in one go: between two pieces the model notices that it was stopped (docs/bench.md has what smaller ones cost). */
const batchTokens = 16;

/** Throws `model-invalid`, or `bad-input` where the file is none that can be used. */
export async function openGgufChatModel({
  name,
  path,
  packages,
  maxTokens,
  contextTokens = usualContext,
  threads,
  atOnce = 2,
  size,
}: InProcessOptions): Promise<WritingModel> {
  const { getLlama, LlamaChat, LlamaLogLevel, ...rest } = (await importOnDemand(
    nodeLlamaCpp,
    packages,
  )) as LlamaModule;
  const { contextLength, parameters } = await readGguf(path, rest);
  // More threads than cores wait for one another in a loop.
  const cores = threads || Math.max(1, availableParallelism() - 1);
  // What it logs may quote a prompt.
  const llama = await getLlama({ build: 'never', logLevel: LlamaLogLevel.disabled, maxThreads: cores });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => llama.dispose());
  const model = await llama.loadModel({ modelPath: path });
  const contextSize = Math.min(contextTokens, contextLength);
  const context = await model.createContext({
    sequences: atOnce,
    contextSize,
    batchSize: batchTokens,
    threads: cores,
  });
  const chats = Array.from(
    { length: atOnce },
    () => new LlamaChat({ contextSequence: context.getSequence() }),
  );
  const closing = stack.move();
  return {
    name,
    model: new GgufChatModel(chats, maxTokens),
    contextTokens: contextSize,
    maxTokens,
    atOnce,
    size: size ?? modelSizeOf(parameters),
    countTokens: (text) => model.tokenize(text, false).length,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

type LlamaChat = InstanceType<LlamaModule['LlamaChat']>;

class GgufChatModel extends BaseChatModel<GroundedCallOptions> {
  readonly #free: LlamaChat[];
  readonly #waiting: ((chat: LlamaChat) => void)[] = [];
  readonly #maxTokens: number;

  constructor(chats: readonly LlamaChat[], maxTokens: number) {
    super({});
    this.#free = [...chats];
    this.#maxTokens = maxTokens;
  }

  override _llmType(): string {
    return 'gguf';
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const own = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, own.signal]) : own.signal;
    const written = pushedText(async (push) => {
      const chat = this.#free.pop() ?? (await new Promise<LlamaChat>((take) => this.#waiting.push(take)));
      try {
        signal.throwIfAborted();
        const { metadata } = await chat.generateResponse(historyOf(messages), {
          maxTokens: this.#maxTokens,
          temperature: 0,
          signal,
          onTextChunk: push,
        });
        return metadata.stopReason === 'maxTokens' ? 'length' : 'stop';
      } finally {
        const next = this.#waiting.shift();
        if (next) next(chat);
        else this.#free.push(chat);
      }
    });
    try {
      for await (const { text, finish } of written) {
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

/** The model's own template is put around it, and no text of a message becomes one of its marks. */
function historyOf(messages: readonly BaseMessage[]): Parameters<LlamaChat['generateResponse']>[0] {
  const said = messages.map(({ type, text }) =>
    type === 'ai'
      ? { type: 'model' as const, response: [text] }
      : { type: type === 'system' ? ('system' as const) : ('user' as const), text },
  );
  return [...said, { type: 'model', response: [] }];
}
