// Turns as files and reports have them, `{"role":"customer"|"agent","text"}`, as the server knows them: what an agent says there is
// what the desk said.

import type { CaseTurn } from '#evals/core/result.ts';
import type { Turn } from './conversation.ts';

export function toTurns<Written extends CaseTurn>(
  turns: readonly Written[],
): (Omit<Written, 'role'> & Turn)[] {
  return turns.map(({ role, ...rest }) => ({ ...rest, author: role === 'customer' ? 'customer' : 'bot' }));
}
