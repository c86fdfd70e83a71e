// The workshop is Python: where its environment is installed, its tests run with the others; elsewhere they are skipped, visibly.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const python = join(root, '.venv/bin/python');
const installed = existsSync(python);
if (!installed)
  console.warn('training: skipped, no Python environment in .venv (training/README.md says how to make one)');

describe.skipIf(!installed)('the workshop', () => {
  it('prepares, teaches, trains, searches and builds on a tiny world', async () => {
    const { stdout } = await promisify(execFile)(python, ['-m', 'pytest', '-q', 'training'], {
      cwd: root,
      maxBuffer: 64 * 1024 * 1024,
    }).catch((failure: { stdout?: string; stderr?: string }) => ({
      stdout: `${failure.stdout ?? ''}\n${failure.stderr ?? ''}`,
    }));
    expect(stdout).toMatch(/\d+ passed/);
    expect(stdout).not.toMatch(/\d+ (?:failed|error)/);
  });
});
