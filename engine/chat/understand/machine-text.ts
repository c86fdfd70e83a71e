// Text that is written for machines alone, whatever it says: the control tokens of chat formats, and invisible letters.

const controlTokens =
  /<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id)\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|context|passage|conversation)\b[^>]{0,40}>|<(?:start|end)_of_turn>/i;
/** Flags such as Scotland's are made of invisible letters, too. */
const flags = /\u{1F3F4}[\u{E0020}-\u{E007E}]+\u{E007F}/gu;
const invisible = /[\u{E0020}-\u{E007F}]|(?:\p{L}[\u200B\u2060\uFEFF]){4}/u;

export function hasControlTokens(text: string): boolean {
  return controlTokens.test(text);
}

export function hasInvisibleLetters(text: string): boolean {
  return invisible.test(text.replace(flags, ''));
}
