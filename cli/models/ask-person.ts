// A question on the terminal, answered by whoever sits there.
import { createInterface } from 'node:readline/promises';

export function isAttended(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

export async function askPerson(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-D is no yes.
  const closed = new Promise<string>((resolveAnswer) => terminal.once('close', () => resolveAnswer('')));
  try {
    return await Promise.race([terminal.question(question, { signal }), closed]);
  } finally {
    terminal.close();
  }
}
