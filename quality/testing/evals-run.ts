// A run of evals as it lies on disk, with the cases that a test needs.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const oneCase = (id: string, decision: string, cited: number) => ({
  id,
  verdict: 'info',
  kind: 'single',
  turns: [
    { role: 'customer', text: 'Hello' },
    { role: 'agent', text: 'How can I help?' },
    { role: 'customer', text: `Where is parcel ${id}?` },
  ],
  decision,
  scores: { 'cites-right': cited },
});

export async function writeEvalsRun(
  folder: string,
  suites: Readonly<Record<string, readonly object[]>>,
): Promise<void> {
  const report = {
    schemaVersion: 1,
    id: 'run-1',
    startedAt: '2026-05-01T10:00:00.000Z',
    durationMs: 1,
    complete: true,
    subject: {
      embedder: 'e',
      generation: 'g',
      documents: 1,
      passages: 1,
      chatModel: 'extractive',
      answerFrom: 0.5,
      clarifyFrom: 0.4,
      fingerprint: 'f',
    },
    cases: [],
    seed: 1,
    suites: Object.fromEntries(
      Object.entries(suites).map(([name, cases]) => [name, { metrics: {}, cases, durationMs: 1 }]),
    ),
  };
  await writeFile(join(folder, 'report.json'), JSON.stringify(report));
}
