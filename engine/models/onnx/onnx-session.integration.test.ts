import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

// In a process of its own: native code writes past everything that a test could replace.
it('throws what goes wrong, and leaves standard error to our own log', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'answerdesk-onnx-'));
  await writeFile(join(folder, 'model.onnx'), 'no model');
  const script = `
    import { openTokenSession } from ${JSON.stringify(join(import.meta.dirname, 'onnx-session.ts'))};
    for (const provider of ['cpu', 'tensorrt'])
      await openTokenSession(${JSON.stringify(folder)}, provider).catch(({ code }) => console.log(code));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (piece) => (output.stdout += piece));
  child.stderr.on('data', (piece) => (output.stderr += piece));
  await once(child, 'close');
  await rm(folder, { recursive: true });
  expect(output).toEqual({ stdout: 'model-invalid\nmodel-invalid\n', stderr: '' });
});
