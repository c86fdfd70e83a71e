// How well a local language model knows the language of support: perplexity of held-out transcripts. Only where the model server
// gives the log probabilities of a prompt (`echo` and `logprobs` of the completions API; vLLM does, many do not).
import { z } from 'zod';
import type { CallOptions } from '#core/call-options.ts';
import type { Document } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { statisticMetric } from '#learning/metrics/metric.ts';
import type { CaseResult, SuiteOutcome } from '../core/result.ts';

export interface LanguageModelOptions extends CallOptions {
  readonly model: string;
  readonly baseUrl: string | undefined;
  readonly apiKey?: string | undefined;
  readonly texts: readonly { readonly id: string; readonly text: string }[];
  readonly seed: number;
  readonly timeoutMs?: number;
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

const responseSchema = z.object({
  choices: z
    .array(
      z.object({
        text: z.string(),
        logprobs: z.object({ token_logprobs: z.array(z.number().nullable()) }).nullish(),
      }),
    )
    .min(1),
});

const maxTexts = 50;

/** The newest conversations that customers' answers may come from. */
export function heldOutTranscripts(documents: readonly Document[]): LanguageModelOptions['texts'] {
  return documents
    .filter(({ metadata }) => metadata.kind === 'transcript' && metadata.audience === 'customer')
    .toSorted((a, b) => (b.metadata.updated ?? '').localeCompare(a.metadata.updated ?? ''))
    .slice(0, maxTexts)
    .map(({ id, pageContent }) => ({ id, text: pageContent }));
}

interface Scored {
  /** Sum of natural logarithms. */
  readonly logProbability: number;
  readonly tokens: number;
}

export async function runLanguageModel(options: LanguageModelOptions): Promise<SuiteOutcome> {
  const { model, baseUrl, texts, seed, progress, signal } = options;
  const nothing = (why: string): SuiteOutcome => ({
    metrics: {},
    cases: [],
    notes: [`Not measured: ${why}`],
  });
  if (model === 'extractive' || baseUrl === undefined)
    return nothing('no language model is configured (ANSWERDESK_CHAT_MODEL and ANSWERDESK_CHAT_BASE_URL).');
  if (texts.length === 0) return nothing('there are no held-out transcripts.');
  const scored: Scored[] = [];
  const cases: CaseResult[] = [];
  for (const [index, { id, text }] of texts.entries()) {
    signal?.throwIfAborted();
    const turns = [{ role: 'agent' as const, text }];
    try {
      const result = await score(text, options);
      if (!result) return nothing(`the server of ${model} does not give the log probabilities of a prompt.`);
      scored.push(result);
      cases.push({
        id,
        verdict: 'info',
        turns,
        scores: { perplexity: Math.exp(-result.logProbability / result.tokens), tokens: result.tokens },
      });
    } catch (thrown) {
      signal?.throwIfAborted();
      cases.push({
        id,
        verdict: 'error',
        turns,
        reasons: [thrown instanceof Error ? thrown.message : String(thrown)],
      });
    }
    progress?.(index + 1, texts.length);
  }
  return {
    metrics: {
      perplexity: statisticMetric(scored, perplexity, {
        seed,
        better: 'lower',
        label: 'Perplexity of held-out transcripts (comparable between models with the same tokenizer only)',
      }),
    },
    cases,
  };
}

function perplexity(texts: readonly Scored[]): number {
  const tokens = texts.reduce((sum, text) => sum + text.tokens, 0);
  return Math.exp(-texts.reduce((sum, text) => sum + text.logProbability, 0) / Math.max(1, tokens));
}

/** Undefined when the server does not echo the prompt with its log probabilities. */
async function score(
  text: string,
  { model, baseUrl, apiKey, signal, timeoutMs = 60_000 }: LanguageModelOptions,
): Promise<Scored | undefined> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const response = await fetch(`${baseUrl!.replace(/\/$/, '')}/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify({ model, prompt: text, max_tokens: 1, temperature: 0, echo: true, logprobs: 1 }),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  if (response.status === 400 || response.status === 404 || response.status === 422) return undefined;
  if (!response.ok) throw new AppError('model-unavailable', `The model server answered ${response.status}.`);
  const [choice] = responseSchema.parse(await response.json()).choices;
  if (!choice!.text.startsWith(text) || !choice!.logprobs) return undefined;
  // The first token has no probability, the last one is not of the prompt.
  const known = choice!.logprobs.token_logprobs.slice(0, -1).filter((value) => value !== null);
  if (known.length === 0) return undefined;
  return { logProbability: known.reduce((sum, value) => sum + value, 0), tokens: known.length };
}
