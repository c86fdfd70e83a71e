// What the desk uses of transformers.js. The package is installed on demand, so its own types are not there.
export interface Transformers {
  readonly env: { allowRemoteModels: boolean };
  pipeline(
    task: 'text-generation',
    path: string,
    options: {
      readonly local_files_only: true;
      readonly session_options: { readonly intraOpNumThreads: number; readonly interOpNumThreads: number };
    },
  ): Promise<{ readonly model: CausalModel; readonly tokenizer: ChatTokenizer }>;
  readonly TextStreamer: new (tokenizer: ChatTokenizer, options: object) => object;
  readonly StoppingCriteria: new () => { _call(ids: readonly unknown[]): boolean[] };
  /** The keys and values of the tokens that were read; as many as `get_seq_length()`. */
  readonly DynamicCache: new (
    entries?: object,
  ) => KeyValueCache;
}

export interface KeyValueCache {
  get_seq_length(): number;
}

export interface CausalModel {
  /** Changes the cache that it is given. */
  generate(
    options: TokenizedPrompt & {
      readonly past_key_values: KeyValueCache;
      readonly max_new_tokens: number;
      readonly do_sample: false;
      readonly streamer?: object;
      readonly stopping_criteria?: object;
    },
  ): Promise<unknown>;
}

export interface ChatTokenizer {
  apply_chat_template(
    messages: readonly { readonly role: string; readonly content: string }[],
    options: { readonly add_generation_prompt: true; readonly chat_template?: string },
  ): TokenizedPrompt;
}

/** One row each. */
export interface TokenizedPrompt {
  readonly input_ids: TokenTensor;
  readonly attention_mask: TokenTensor;
}

export interface TokenTensor {
  tolist(): readonly (readonly bigint[])[];
  slice(rows: null, columns: readonly [from: number, to: number]): TokenTensor;
}
