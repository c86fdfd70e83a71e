import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashCode } from './code-hash.ts';

let root: string;
const write = (path: string, content: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
const hash = () => hashCode(root, ['chat', 'suites']);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'evals-code-'));
  write('chat/answer.ts', 'one');
  write('chat/decide/policy.ts', 'two');
  write('suites/answers.ts', 'three');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the hash of the code', () => {
  it('changes with a file in a subfolder', () => {
    const before = hash();
    write('chat/decide/policy.ts', 'two, changed');
    expect(hash()).not.toBe(before);
  });

  it('changes where a file is added, moved or removed in a subfolder', () => {
    const seen = new Set([hash()]);
    write('chat/decide/deep/rule.ts', 'four');
    seen.add(hash());
    rmSync(join(root, 'chat/decide/deep'), { recursive: true });
    write('chat/decide/rule.ts', 'four');
    seen.add(hash());
    rmSync(join(root, 'chat/decide'), { recursive: true });
    seen.add(hash());
    expect(seen.size).toBe(4);
  });

  it('stays the same whatever tests and other files say', () => {
    const before = hash();
    write('chat/decide/policy.test.ts', 'a test');
    write('chat/testing/fixtures.ts', 'for tests');
    write('chat/notes.md', 'a note');
    expect(hash()).toBe(before);
  });

  it('refuses a room that holds no code, since a moved room would go unnoticed', () => {
    mkdirSync(join(root, 'empty'));
    expect(() => hashCode(root, ['chat', 'empty'])).toThrow(/empty holds no code/);
    expect(() => hashCode(root, ['nowhere'])).toThrow(/nowhere/);
  });

  it('finds every room of this repository', () => {
    expect(hashCode()).toMatch(/^[0-9a-f]{64}$/);
  });
});
