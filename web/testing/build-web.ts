// Before all tests, once: what browsers load is built. Two test files that both built it would take it from under each other.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export function setup(): void {
  // The test runner says `test` there, of which React's and Vite's builds make their slow, talkative ones.
  const { NODE_ENV: _, ...env } = process.env;
  execFileSync(process.execPath, [join(import.meta.dirname, '../build.ts'), '--if-changed'], { env });
}
