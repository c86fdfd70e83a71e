// Before all tests, once: what browsers load is built. Two test files that both built it would take it from under each other.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export function setup(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../build.ts'), '--if-changed']);
}
