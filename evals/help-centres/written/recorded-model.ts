// A model that writes each answer once: what it wrote is kept with its pace, and read again from there. So the same words can be judged
// with and without the guard, and a run that was interrupted goes on where it stopped.
import type { CallOptions } from '#core/call-options.ts';
import { type ChatMessage, type ChatPiece, finishOf, type WritingModel } from '#core/chat-model.ts';
import type { RecordStore } from '#evals/runner/record-store.ts';

interface Piece {
  readonly text: string;
  readonly finish?: 'stop' | 'length';
  /** Milliseconds of processor time since the model was asked. */
  readonly ms: number;
}

export interface RecordedModel extends WritingModel {
  /** Milliseconds of processor time, as if the model had written just now what was read of it. With one thread: of one core that is free. */
  clock(): number;
}

export const processorMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Closing it closes `model`. */
export function recordedModel(model: WritingModel, records: RecordStore): RecordedModel {
  let spent = 0;
  let read = 0;

  async function write(messages: readonly ChatMessage[], { signal }: CallOptions): Promise<Piece[]> {
    const began = processorMs();
    const pieces: Piece[] = [];
    try {
      for await (const piece of await model.model.stream([...messages], { signal })) {
        const finish = finishOf(piece);
        pieces.push({ text: piece.text, ms: processorMs() - began, ...(finish ? { finish } : {}) });
      }
    } finally {
      spent += processorMs() - began;
    }
    return pieces;
  }

  async function* replay(pieces: readonly Piece[]): AsyncGenerator<ChatPiece> {
    let before = 0;
    for (const { text, finish, ms } of pieces) {
      read += ms - before;
      before = ms;
      yield { text, ...(finish ? { response_metadata: { finish_reason: finish } } : {}) };
    }
  }

  const stream = async (messages: ChatMessage[], options: CallOptions = {}) => {
    // By LangChain's name for it, under which answers were kept before.
    const asked = messages.map(({ role, content }) => [role === 'user' ? 'human' : role, content]);
    return replay(
      await records.remember([model.name, model.maxTokens, asked], () => write(messages, options)),
    );
  };
  return {
    name: model.name,
    contextTokens: model.contextTokens,
    maxTokens: model.maxTokens,
    size: model.size,
    atOnce: 1,
    countTokens: (text) => model.countTokens(text),
    model: {
      stream,
      async invoke(messages, options) {
        let text = '';
        for await (const piece of await stream(messages, options)) text += piece.text;
        return { text };
      },
    },
    clock: () => processorMs() - spent + read,
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}
