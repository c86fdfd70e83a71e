import { expect, it } from 'vitest';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { readDocuments } from './source-documents.ts';
import { newSourceCounts } from './source-options.ts';
import { createFields } from './sources/field-map.ts';
import { createRecordReader } from './sources/record-items.ts';
import { describeJob } from './summary.ts';

it('names words about who may see a document that are not known, and shows no text of a record', async () => {
  const reader = createRecordReader(createFields());
  const article = (id: number, facts: object) => ({ id, title: `T${id}`, text: `Text ${id}`, ...facts });
  const records = [
    article(1, { status: 'limited' }),
    article(2, { status: 'limited' }),
    article(3, { status: 'published' }),
    article(4, { access: 'only for Ann Miller of the second floor' }),
  ];
  async function* items() {
    for (const record of records) yield* reader.read(record, { file: 'a.jsonl' });
  }
  const counts = newSourceCounts();
  const options = {
    name: 'a',
    redactor: createDefaultRedactor(),
    internalRules: [],
    transcriptsAudience: 'customer',
    onProblem: () => {},
  } as const;
  const read = await Array.fromAsync(readDocuments(items(), options, { counts }));
  expect(read.map(({ document }) => document.metadata.audience)).toEqual([
    'internal',
    'internal',
    'customer',
    'internal',
  ]);
  const summary = describeJob({
    published: true,
    documents: { added: 4, changed: 0, removed: 0, unchanged: 0 },
    chunks: { total: 4, embedded: 4, reused: 0 },
    counts,
    seconds: 1,
  });
  expect(summary).toContain('Undecided  status "limited" (2), access (a longer value) (1)');
  expect(summary).not.toContain('Miller');
});
