// Does an embedding model that somebody brings do what an embedder has to do? Found out by using it, before anything depends on it.
import { AppError } from '#core/errors.ts';
import type { EmbeddingModel } from '../embedder/embedding-model.ts';
import { type KnownPair, knownPairs } from './known-pairs.ts';

export interface SelfTestResult {
  /** Of all (question, other passage), the share in which the question is closer to its own passage. Chance is 0.5. */
  readonly pairsRight: number;
}

export interface SelfTestOptions {
  /** Text of tokenizer.json. */
  readonly tokenizerJson: string;
  readonly maxTokens: number;
  readonly pairs?: readonly KnownPair[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Measured: the model that ships .99, int8 bge-small .98, int8 e5-small .93; e5-small with the wrong pooling .86; bge-small and e5-small
 * with their vocabulary shuffled .53 and .46.
 */
const leastPairsRight = 0.88;
/** Rows of a model without a token: sizes are rounded up for the hardware, rarely by more. */
const spareRows = (size: number) => Math.max(256, Math.ceil(size * 0.02));

/** Throws `model-invalid`, saying what is wrong and what to try. Takes a few seconds. */
export async function testModel(
  model: EmbeddingModel,
  { tokenizerJson, maxTokens, pairs = knownPairs, signal }: SelfTestOptions,
): Promise<SelfTestResult> {
  await testVocabulary(model, tokenizerJson);
  signal?.throwIfAborted();
  await testOddTexts(model, maxTokens);
  signal?.throwIfAborted();
  return testPairs(model, pairs);
}

async function testVocabulary(model: EmbeddingModel, tokenizerJson: string): Promise<void> {
  const largest = largestTokenId(tokenizerJson);
  if (!(await model.hasToken(largest))) {
    throw invalid(
      `tokenizer.json numbers its tokens up to ${largest}, but model.onnx has no such token: they are of different models.`,
    );
  }
  const size = largest + 1;
  if (await model.hasToken(largest + spareRows(size))) {
    throw invalid(
      `tokenizer.json has ${size} tokens, but model.onnx has at least ${spareRows(size)} more: they are of different models.`,
    );
  }
}

function largestTokenId(tokenizerJson: string): number {
  const { model, added_tokens: added = [] } = JSON.parse(tokenizerJson) as {
    model?: { vocab?: Record<string, number> | unknown[] };
    added_tokens?: { id: number }[];
  };
  const vocabulary = model?.vocab ?? {};
  const ids = Array.isArray(vocabulary) ? [vocabulary.length - 1] : Object.values(vocabulary);
  const largest = [...ids, ...added.map(({ id }) => id)].reduce((most, id) => Math.max(most, id), -1);
  if (!Number.isInteger(largest) || largest < 0) throw invalid('tokenizer.json has no vocabulary.');
  return largest;
}

/** What customers and articles hold besides sentences. `embed` itself refuses vectors that are not finite or cannot be normalised. */
async function testOddTexts(model: EmbeddingModel, maxTokens: number): Promise<void> {
  const short = 'How do I get my money back?';
  const long = 'The device is fine today. '.repeat(maxTokens);
  const texts = [
    '',
    ' \n\t',
    '\ud83d',
    '🔥'.repeat(50),
    '\0',
    '[CLS] [SEP] [PAD] [MASK] <s> </s>',
    '密码',
    short,
  ];
  await model.embed(texts, 'document').catch((cause: unknown) => {
    throw invalid(`An empty or odd text cannot be embedded: ${messageOf(cause)}`, cause);
  });
  await model.embed([long], 'document').catch((cause: unknown) => {
    throw invalid(
      `A text of ${maxTokens} tokens is too long for it: say how many it takes with --max-tokens N.`,
      cause,
    );
  });
  const [alone] = await model.embed([short], 'document');
  const [beside] = await model.embed(
    [short, `${short} ${short} Or a voucher, if that is easier?`],
    'document',
  );
  const agreement = cosine(alone!, beside!);
  if (agreement < 0.95) {
    throw invalid(
      `The vector of a text changes with the texts beside it (cosine ${agreement.toFixed(2)}): the model does not heed attention_mask.`,
    );
  }
}

async function testPairs(model: EmbeddingModel, pairs: readonly KnownPair[]): Promise<SelfTestResult> {
  const questions = await model.embed(
    pairs.map(({ question }) => question),
    'query',
  );
  const passages = await model.embed(
    pairs.map(({ passage }) => passage),
    'document',
  );
  let right = 0;
  let all = 0;
  for (const [index, question] of questions.entries()) {
    const own = cosine(question, passages[index]!);
    for (const [other, passage] of passages.entries()) {
      if (other === index) continue;
      all++;
      if (own > cosine(question, passage)) right++;
    }
  }
  const pairsRight = right / all;
  if (pairsRight < leastPairsRight) {
    throw invalid(
      `It does not tell what belongs together: a question is closer to the passage that answers it than to another one in only ${Math.round(pairsRight * 100)} % of ${all} comparisons (${leastPairsRight * 100} % are needed; chance is 50 %). ` +
        'Is tokenizer.json of the same model, are pooling and prefixes those of its model card, and does it know English?',
    );
  }
  return { pairsRight };
}

function cosine(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, index) => sum + value * right[index]!, 0);
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('model-invalid', message, cause === undefined ? {} : { cause });
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
