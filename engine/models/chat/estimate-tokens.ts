// How many tokens a text has at most, where the model's own tokenizer is on a server.

/** Real tokenizers of chat models need about four bytes of English a token, two of other scripts; every byte can be a token of its own. */
const bytesPerToken = 2.5;

/** Too many rather than too few, for any text that people write. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / bytesPerToken) + 1;
}
