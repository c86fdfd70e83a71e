// Text to token numbers, as the model was trained to read it, cut to what it can take.
import { Tokenizer } from '@huggingface/tokenizers';
import { AppError } from '#core/errors.ts';

/** Longest text that is tokenised, per token that is kept: nothing but unbroken gibberish has tokens longer than this on average. */
const charactersPerToken = 16;

export interface TextEncoder {
  /** At most `maxTokens` numbers, the model's special tokens around the text included, however long the text. */
  encode(text: string): number[];
}

/** `json` is the text of a Hugging Face `tokenizer.json`, `path` where it came from. Throws `model-invalid`. */
export function createTextEncoder(
  { json, path }: { json: string; path: string },
  maxTokens: number,
): TextEncoder {
  let tokenizer: Tokenizer;
  let prefix: number[];
  let suffix: number[];
  try {
    tokenizer = new Tokenizer(JSON.parse(json), {});
    // What the model's template puts around a text, found by looking at one.
    const bare = tokenizer.encode('a', { add_special_tokens: false }).ids;
    const whole = tokenizer.encode('a', { add_special_tokens: true }).ids;
    const start = whole.indexOf(bare[0]!);
    prefix = whole.slice(0, start);
    suffix = whole.slice(start + bare.length);
    if (bare.length === 0 || start < 0) throw new Error('it gives no tokens for a letter');
  } catch (cause) {
    throw new AppError('model-invalid', `${path} cannot be used: ${String(cause)}`, { cause });
  }
  const room = maxTokens - prefix.length - suffix.length;

  return {
    encode(text) {
      const cut = text
        .trimStart()
        .slice(0, maxTokens * charactersPerToken)
        .toWellFormed();
      const ids = tokenizer.encode(cut, { add_special_tokens: false }).ids;
      return [...prefix, ...ids.slice(0, room), ...suffix];
    },
  };
}
