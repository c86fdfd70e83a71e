// Text of customers and articles, as it may stand in a prompt: our own marks, and the control tokens of chat models of all families, are
// inert. A tokenizer looks for exact strings, so a bracket of another shape is enough.

/** What a control token in angle brackets begins with: `<|im_start|>`, `<｜User｜>`, `</s>`, `<tool_call>`, `<start_of_image>`, `<<SYS>>`, `<0x0A>`. */
const angle = /<(?=[\p{L}\p{N}/|｜_!?<\uFFFD-])/gu;
const closing = /(?<=[|｜])>/g;
/** Mistral's: `[INST]`, `[/THINK]`, `[TOOL_RESULTS]`, `[IMG_BREAK]`, `[CONTROL_12]`. A citation mark is none. */
const square = /\[(\/?[A-Z][A-Z_]*(?:_?\d+)?)\]/g;

export function inertText(text: string): string {
  return text.replace(angle, '‹').replace(closing, '›').replace(square, '($1)');
}
