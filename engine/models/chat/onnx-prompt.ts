// Reads a prompt into the key-value cache of a model: in pieces, so that it can be stopped between them, and what all prompts begin with once.
import type { CausalModel, KeyValueCache, TokenizedPrompt, Transformers } from './transformers-module.ts';

export interface PromptReading {
  /** The prompt of a question that says nothing: what both begin with is remembered. */
  readonly like: TokenizedPrompt;
  readonly isStopped: () => boolean;
}

/** Resolves to a cache of its own for one answer, with all tokens but the last few, or with fewer where it was stopped. */
export type ReadPrompt = (prompt: TokenizedPrompt, reading: PromptReading) => Promise<KeyValueCache>;

/** Tokens of a piece: a large model on a slow machine reads so many in less time than people notice. */
const pieceTokens = 64;

export function promptReader(
  { DynamicCache }: Pick<Transformers, 'DynamicCache'>,
  model: CausalModel,
): ReadPrompt {
  let shared: { readonly tokens: readonly bigint[]; readonly cache: KeyValueCache } | undefined;
  // The tensors of a cache are never changed, only replaced by longer ones.
  const copyOf = (cache: KeyValueCache) => new DynamicCache({ ...cache });

  return async ({ input_ids, attention_mask }, { like, isStopped }) => {
    const tokens = input_ids.tolist()[0]!;
    const sharedLength = commonLength(tokens, like.input_ids.tolist()[0]!);
    const isKnown = shared && commonLength(tokens, shared.tokens) === shared.tokens.length;
    const cache = isKnown ? copyOf(shared!.cache) : new DynamicCache();
    for (let read = cache.get_seq_length(); !isStopped(); ) {
      const end = read < sharedLength ? Math.min(sharedLength, read + pieceTokens) : read + pieceTokens;
      // The last piece is read with the first token of the answer.
      if (end >= tokens.length) break;
      await model.generate({
        input_ids: input_ids.slice(null, [0, end]),
        attention_mask: attention_mask.slice(null, [0, end]),
        past_key_values: cache,
        max_new_tokens: 1,
        do_sample: false,
      });
      read = end;
      if (read === sharedLength) shared = { tokens: tokens.slice(0, read), cache: copyOf(cache) };
    }
    return cache;
  };
}

function commonLength(a: readonly bigint[], b: readonly bigint[]): number {
  const different = a.findIndex((token, index) => token !== b[index]);
  return different === -1 ? a.length : different;
}
