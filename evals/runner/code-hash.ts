// What answers, and what judges, is code as much as model: a changed file must never meet results of the old one.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#core/errors.ts';

/** Folders, with all that is below them, whose code decides what an answer is and how it is judged. Named from the repository's root. */
const answeringRooms = [
  'engine/core',
  'engine/chat',
  'engine/knowledge',
  'engine/models',
  'engine/learning',
  // It composes what answers.
  'engine/app',
  'evals/core',
  'evals/cases',
  'evals/judging',
  'evals/suites',
] as const;

const repositoryRoot = join(import.meta.dirname, '../..');

/** SHA-256 over path and content of every source file but tests. Throws `internal` for a room without one: it was moved, say. */
export function hashCode(root = repositoryRoot, rooms: readonly string[] = answeringRooms): string {
  const hash = createHash('sha256');
  for (const room of rooms) {
    const files = sourceFiles(join(root, room));
    if (files.length === 0)
      throw new AppError('internal', `${room} holds no code: name the room that does in code-hash.ts.`);
    for (const path of files) {
      const content = createHash('sha256').update(readFileSync(join(root, room, path)));
      hash.update(`${room}/${path} ${content.digest('hex')}\n`);
    }
  }
  return hash.digest('hex');
}

/** Paths with slashes, in the same order on every machine; empty where there is no such folder. A build makes `.js` of them. */
function sourceFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.[jt]s$/.test(path) && !/\.test\.[jt]s$|(^|\/)testing\//.test(path))
    .sort();
}
