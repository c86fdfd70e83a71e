// The thread that a chat model in an ONNX folder computes in: loads transformers.js, streams text, and stops when it is told to.
import { parentPort, workerData } from 'node:worker_threads';
import { AppError, briefly, type ErrorCode } from '#core/errors.ts';
import { importOnDemand, transformersJs } from './on-demand-package.ts';
import { promptReader } from './onnx-prompt.ts';
import type { Transformers } from './transformers-module.ts';

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

export interface OnnxThreadData {
  readonly path: string;
  readonly packages: string;
  readonly maxTokens: number;
  /** Undefined: the one that transformers.js finds. */
  readonly template: string | undefined;
  readonly threads: number;
}

const { path, packages, maxTokens, template, threads } = workerData as OnnxThreadData;
const say = (reply: OnnxThreadReply) => parentPort!.postMessage(reply);

try {
  const transformers = (await importOnDemand(transformersJs, packages)) as Transformers;
  const { env, pipeline, TextStreamer, StoppingCriteria } = transformers;
  env.allowRemoteModels = false;
  const { model, tokenizer } = await pipeline('text-generation', path, {
    local_files_only: true,
    session_options: { intraOpNumThreads: threads, interOpNumThreads: 1 },
  });
  const readPrompt = promptReader(transformers, model);
  const tokensOf = (messages: OnnxThreadRequest['messages']) =>
    tokenizer.apply_chat_template(messages, {
      add_generation_prompt: true,
      ...(template === undefined ? {} : { chat_template: template }),
    });
  parentPort!.on('message', async ({ messages, stop }: OnnxThreadRequest) => {
    const isStopped = () => Atomics.load(stop, 0) === 1;
    let tokens = 0;
    class Stopped extends StoppingCriteria {
      override _call(ids: readonly unknown[]) {
        return ids.map(isStopped);
      }
    }
    try {
      const prompt = tokensOf(messages);
      // What comes before the last message is the same for every question.
      const empty = tokensOf([...messages.slice(0, -1), { ...messages.at(-1)!, content: '' }]);
      const past_key_values = await readPrompt(prompt, { like: empty, isStopped });
      if (!isStopped())
        await model.generate({
          ...prompt,
          past_key_values,
          max_new_tokens: maxTokens,
          do_sample: false,
          stopping_criteria: new Stopped(),
          streamer: new TextStreamer(tokenizer, {
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
