// Turns as files and reports have them, and as the desk knows them: what an agent says in a file is what the desk said.
import type { Turn } from './conversation.ts';

export interface FileTurn {
  readonly role: 'customer' | 'agent';
  readonly text: string;
}

export function toTurns<Written extends FileTurn>(
  turns: readonly Written[],
): (Omit<Written, 'role'> & Turn)[] {
  return turns.map(({ role, ...rest }) => ({ ...rest, author: role === 'customer' ? 'customer' : 'bot' }));
}
