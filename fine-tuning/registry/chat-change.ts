// A change of the chat model, through the same gate as a change of the embedder: the team's questions asked with both, figures compared, a
// person or a tolerance says yes.
import { join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import type { ComparisonTools } from '#learning/promotion/compare-models.ts';
import { type Consent, isAgreed } from '#learning/promotion/consent.ts';
import {
  describeChange,
  type Evaluation,
  judgeChange,
  type ModelChange,
} from '#learning/promotion/model-change.ts';
import { putChatModelInUse } from '#models/store/chat-registry.ts';
import { modelFileName } from '#models/store/model-store.ts';

export interface ChatChangeRequest extends CallOptions {
  readonly dataDir: string;
  readonly evaluate: ComparisonTools['evaluate'];
  readonly cases: readonly string[];
  readonly tolerance: number;
  readonly seed: number;
  readonly out?: string | undefined;
  readonly say: (text: string) => void;
}

/** As `ANSWERDESK_CHAT_MODEL` names it, and as people do. */
export interface ComparedChatModel {
  readonly setting: string;
  readonly name: string;
}

export async function compareChatModels(
  [before, after]: readonly [ComparedChatModel, ComparedChatModel],
  request: ChatChangeRequest,
): Promise<ModelChange> {
  const { tolerance, seed } = request;
  return judgeChange(await evaluate(before, request), await evaluate(after, request), { tolerance, seed });
}

/** Resolves to the change, and whether the model is in use now. */
export async function useChatModel(
  [before, after]: readonly [ComparedChatModel, ComparedChatModel],
  { consent, ...request }: ChatChangeRequest & { readonly consent: Consent },
): Promise<{ readonly change?: ModelChange; readonly published: boolean }> {
  const { dataDir, say, signal } = request;
  if (before.setting === after.setting) {
    say(`${after.name} is in use already.`);
    return { published: false };
  }
  const change = await compareChatModels([before, after], request);
  say(`\n${describeChange(change)}\n`);
  if (!(await isAgreed(consent, change, say))) {
    say(`Not published: ${before.name} stays in use.`);
    return { change, published: false };
  }
  signal?.throwIfAborted();
  await putChatModelInUse(dataDir, after.setting);
  say(`${after.name} writes from the next start of the server on. Back: answerdesk models rollback --chat`);
  return { change, published: true };
}

async function evaluate(
  { setting, name }: ComparedChatModel,
  {
    dataDir,
    evaluate: ask,
    cases,
    seed,
    out = join(dataDir, 'evals', 'models'),
    say,
    signal,
  }: ChatChangeRequest,
): Promise<Evaluation> {
  say(`Asking the questions with ${name}:`);
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const run = join(out, `${time}-${modelFileName(name)}`);
  const { evaluation, page } = await ask({ dataDir, cases, out: run, seed, chatModel: setting }, { signal });
  say(`  every question and answer: ${page}`);
  return { ...evaluation, subject: { ...evaluation.subject, embedder: name } };
}
