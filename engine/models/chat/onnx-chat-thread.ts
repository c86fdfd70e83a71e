// The thread that a chat model in an ONNX folder computes in: loads transformers.js, streams text, and stops when it is told to.
import { parentPort, workerData } from 'node:worker_threads';
import { AppError, briefly, type ErrorCode } from '#core/errors.ts';
import { importOnDemand, transformersJs } from './on-demand-package.ts';

export interface OnnxThreadRequest {
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
  /** Its first number is set to stop. */
  readonly stop: Int32Array;
}

export type OnnxThreadReply =
  | { readonly type: 'ready' }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'end'; readonly finish: 'stop' | 'length' }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };

/** What the desk uses of the package, which is installed on demand. */
interface Transformers {
  readonly env: { allowRemoteModels: boolean };
  pipeline(
    task: 'text-generation',
    path: string,
    options: { readonly local_files_only: true },
  ): Promise<Generator>;
  readonly TextStreamer: new (tokenizer: unknown, options: object) => object;
  readonly StoppingCriteria: new () => { _call(ids: readonly unknown[]): boolean[] };
}
interface Generator {
  (messages: OnnxThreadRequest['messages'], options: object): Promise<unknown>;
  readonly tokenizer: unknown;
}

const { path, packages, maxTokens } = workerData as {
  readonly path: string;
  readonly packages: string;
  readonly maxTokens: number;
};
const say = (reply: OnnxThreadReply) => parentPort!.postMessage(reply);

try {
  const { env, pipeline, TextStreamer, StoppingCriteria } = (await importOnDemand(
    transformersJs,
    packages,
  )) as Transformers;
  env.allowRemoteModels = false;
  const generate = await pipeline('text-generation', path, { local_files_only: true });
  parentPort!.on('message', async ({ messages, stop }: OnnxThreadRequest) => {
    let tokens = 0;
    class Stopped extends StoppingCriteria {
      override _call(ids: readonly unknown[]) {
        return ids.map(() => Atomics.load(stop, 0) === 1);
      }
    }
    try {
      await generate(messages, {
        max_new_tokens: maxTokens,
        do_sample: false,
        return_full_text: false,
        stopping_criteria: new Stopped(),
        streamer: new TextStreamer(generate.tokenizer, {
          skip_prompt: true,
          skip_special_tokens: true,
          callback_function: (text: string) => say({ type: 'text', text }),
          token_callback_function: () => {
            tokens += 1;
          },
        }),
      });
      say({ type: 'end', finish: tokens >= maxTokens ? 'length' : 'stop' });
    } catch (thrown) {
      say({
        type: 'failed',
        code: 'model-unavailable',
        message: `The chat model failed (${briefly(thrown)}).`,
      });
    }
  });
  say({ type: 'ready' });
} catch (thrown) {
  say(
    thrown instanceof AppError
      ? { type: 'failed', code: thrown.code, message: thrown.message }
      : {
          type: 'failed',
          code: 'model-invalid',
          message: `${path} cannot be opened (${briefly(thrown)}): bring the folder of a chat model for transformers.js.`,
        },
  );
}
