// `answerdesk finetune check`: whether a file can be trained on.
import type { CallOptions } from '#core/call-options.ts';
import { refuseProblems, validateFile } from '#fine-tuning/format/validate-file.ts';
import { estimateTokens } from '#models/chat/estimate-tokens.ts';

export async function checkCommand(
  file: string,
  { json, signal }: CallOptions & { readonly json: boolean },
): Promise<void> {
  const checked = await validateFile(file, { countTokens: estimateTokens, signal });
  if (json) process.stdout.write(`${JSON.stringify(checked)}\n`);
  refuseProblems(file, checked);
  if (!json) process.stdout.write(`${checked.examples} examples, nothing wrong.\n`);
}
