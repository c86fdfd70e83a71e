// Labels and the data report as a person uses them: an empty desk, then one with articles and conversations.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneCase, writeEvalsRun } from '#quality/testing/evals-run.ts';
import { runCommandLine, succeed } from './testing/run-command.ts';

let folder: string;
const run = (...args: string[]) =>
  runCommandLine('cli/main.ts', args, { ANSWERDESK_DATA_DIR: join(folder, 'desk') });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'labels-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a desk', () => {
  it('without anything has a report that says so', async () => {
    const { stdout } = await succeed(run('data', 'report', '--json'));
    expect(JSON.parse(stdout)).toMatchObject({
      counts: { articles: 0, chatConversations: 0 },
      labels: [],
      bias: { cases: 0 },
    });
    const { stdout: said } = await succeed(run('labels', 'agreement'));
    expect(said).toContain('Nobody has labelled anything yet');
  });

  it('with articles and conversations is labelled, by machines and by people, and reported on', async () => {
    await mkdir(join(folder, 'help'));
    await writeFile(
      join(folder, 'help/returns.md'),
      '# Returning an item\n\nUnused items can be returned within 30 days of delivery. Pack them well and print the label from your account.\n',
    );
    await writeFile(
      join(folder, 'help/policy.md'),
      '# Our returns policy\n\nYou can return unused items within 14 days of delivery. After that we give credit for the shop only.\n',
    );
    const turns = (id: string, question: string) =>
      [
        { conversation_id: id, role: 'customer', text: question },
        {
          conversation_id: id,
          role: 'agent',
          text: 'Print the label from your account, put it on the parcel and hand it in at any post office near you.',
        },
      ]
        .map((turn) => `${JSON.stringify(turn)}\n`)
        .join('');
    await writeFile(
      join(folder, 'talks.jsonl'),
      turns('t1', 'How do I send the lamp back to you?') +
        turns('t2', 'Where is the parcel that I ordered last week?'),
    );
    await succeed(run('ingest', join(folder, 'help'), join(folder, 'talks.jsonl'), '--source', 'shop'));
    const taxonomy = join(folder, 'taxonomy.yaml');
    await writeFile(
      taxonomy,
      'intents:\n  - name: return\n    examples: [How do I send it back?]\n  - name: delivery\n    examples: [Where is my parcel?]\n',
    );
    await succeed(run('labels', 'update', '--taxonomy', taxonomy));

    const sheet = join(folder, 'sheet.csv');
    await succeed(run('labels', 'export', '--kind', 'intent', '--out', sheet, '--separator', 'semicolon'));
    const [header, ...rows] = (await readFile(sheet, 'utf8')).trimEnd().split('\r\n');
    expect(header).toBe('\uFEFFconversation;question;reply;intent guess;intent sure;annotator;intent');
    expect(rows).toHaveLength(2);
    await writeFile(sheet, [header, `${rows[0]}return`, `${rows[1]}nonsense`].join('\r\n'));
    const { code, stdout } = await run('labels', 'import', sheet, '--annotator', 'Ana');
    expect(code).toBe(2);
    expect(stdout).toContain('1 label(s) taken');
    expect(stdout).toContain('row 3: "nonsense" is no intent: return, delivery');

    const page = join(folder, 'report.html');
    const report = JSON.parse((await succeed(run('data', 'report', '--json', '--out', page))).stdout);
    expect(report.contradictions.found).toHaveLength(1);
    expect(report.agreement[0].note).toContain('Only Ana labelled it');
    expect(report.counts).toMatchObject({ articles: 2, pastConversations: 2 });
    const html = await readFile(page, 'utf8');
    expect(html).toContain('<mark>14 days</mark>');
    expect(html).not.toContain('<script');
    expect(html).not.toContain('lamp back');

    const asked = Array.from({ length: 6 }, (_, at) =>
      oneCase(`c${at}`, at < 4 ? 'answer' : 'decline', at < 3 ? 1 : 0),
    );
    await writeEvalsRun(folder, { answers: asked });
    const { bias } = JSON.parse((await succeed(run('data', 'report', '--evals', folder, '--json'))).stdout);
    expect(bias.overall).toContainEqual(
      expect.objectContaining({ measure: 'citedRight', n: 4, share: 0.75 }),
    );
    expect(bias.groups).toContainEqual(
      expect.objectContaining({ measure: 'answered', dimension: 'intent', group: 'delivery', n: 6 }),
    );

    const { stdout: weights } = await succeed(run('data', 'weights', '--by', 'intent'));
    expect(weights.trim().split('\n')).toHaveLength(2);
    await succeed(run('data', 'card', '--out', folder));
    expect(await readFile(join(folder, 'data-card.md'), 'utf8')).toContain('| Licence | not stated |');
  });
});
