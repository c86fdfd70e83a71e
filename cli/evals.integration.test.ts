// The command as a user runs it, on a knowledge base of four articles.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportSchema } from '#evals/report/report.ts';

const root = join(import.meta.dirname, '..');
let folder: string;
let cases: string;
let dataDir: string;

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
function run(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, file), ...args],
      { cwd: root, env: { PATH: process.env.PATH, ...env }, maxBuffer: 1e8 },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr }),
    );
  });
}
const evals = (args: readonly string[], env?: Record<string, string>) =>
  run('cli/main.ts', ['evals', '--data-dir', dataDir, ...args], env);
const question = (id: string, text: string, rest: object) =>
  JSON.stringify({ id, turns: [{ role: 'customer', text }], ...rest });
const readJson = async (path: string) => reportSchema.parse(JSON.parse(await readFile(path, 'utf8')));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evals-main-'));
  dataDir = join(folder, 'var');
  const articles = join(folder, 'articles');
  await mkdir(articles);
  const texts = {
    reset:
      'Hold the dial for 20 seconds until the ring flashes red. All settings of the thermostat are erased.',
    refund: 'Refunds to a card take 3 to 5 working days. Refunds to PayPal take one working day.',
    delivery:
      'Delivery to Germany takes 2 to 3 working days and costs 4.95 euro. Delivery to Spain takes 6 days.',
    password: 'Tap Forgotten password on the sign-in screen. The link in the e-mail works for 30 minutes.',
  };
  for (const [id, text] of Object.entries(texts))
    await writeFile(
      join(articles, `${id}.md`),
      `---\nid: ${id}\ntitle: ${id}\n---\n# How ${id} works\n\n${text}\n`,
    );
  const ingested = await run('cli/main.ts', ['ingest', articles, '--source', 'mine'], {
    ANSWERDESK_DATA_DIR: dataDir,
  });
  if (ingested.code !== 0) throw new Error(ingested.stderr);
  cases = join(folder, 'cases.jsonl');
  await writeFile(
    cases,
    [
      question('reset', 'How do I reset the thermostat with the dial?', {
        gold: ['reset'],
        facts: ['20 seconds'],
      }),
      question('refund', 'How long does a refund to my card take?', { gold: ['refund'], facts: ['3 to 5'] }),
      question('delivery', 'What does delivery to Germany cost?', { gold: ['delivery'], facts: ['4.95'] }),
      question('far', 'Who painted the Mona Lisa?', { kind: 'unanswerable' }),
    ].join('\n'),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('answerdesk evals', () => {
  it('runs suites, stores the run, agrees with itself to the last digit, and shows what a threshold changes', async () => {
    const out = (name: string) => join(folder, name);
    const first = await evals([
      'retrieval',
      'abstention',
      '--cases',
      cases,
      '--out',
      out('one'),
      '--write-baseline',
      out('base.json'),
    ]);
    expect(first.stderr).toContain('retrieval');
    expect(first.code).toBe(0);
    for (const name of ['report.json', 'report.html', 'junit.xml'])
      expect(existsSync(join(out('one'), name))).toBe(true);
    const report = await readJson(join(out('one'), 'report.json'));
    expect(report.suites.retrieval!.metrics['hybrid-recall-5']).toMatchObject({ value: 1, n: 3 });
    expect(report.suites.abstention!.cases.map(({ id }) => id)).toEqual([
      'reset',
      'refund',
      'delivery',
      'far',
    ]);

    const calibration = JSON.parse(await readFile(join(root, 'data/models/calibration.json'), 'utf8'));
    await writeFile(
      out('calibration.json'),
      JSON.stringify({
        ...calibration,
        answerFrom: 1,
        clarifyFrom: 0.9999,
        reranked: { ...calibration.reranked, answerFrom: 1, clarifyFrom: 0.9999 },
      }),
    );
    const [again, careful] = await Promise.all([
      evals([
        'retrieval',
        'abstention',
        '--cases',
        cases,
        '--out',
        out('two'),
        '--fresh',
        '--baseline',
        out('base.json'),
      ]),
      evals([
        'abstention',
        '--cases',
        cases,
        '--out',
        out('three'),
        '--calibration',
        out('calibration.json'),
        '--baseline',
        out('base.json'),
      ]),
    ]);
    expect(again.code).toBe(0);
    const twin = await readJson(join(out('two'), 'report.json'));
    for (const suite of ['retrieval', 'abstention']) {
      expect(twin.suites[suite]!.metrics).toEqual(report.suites[suite]!.metrics);
      expect(twin.suites[suite]!.cases).toEqual(report.suites[suite]!.cases);
    }
    expect(careful.code).toBe(1);
    expect(careful.stderr).toMatch(/worse\s+abstention\/answerable-answered/);

    const compared = await run('cli/main.ts', ['evals', 'compare', out('one'), out('three')]);
    expect(compared.code).toBe(0);
    expect(compared.stdout).toMatch(/abstention reset: pass → fail/);
    const same = await run('cli/main.ts', ['evals', 'compare', out('one'), out('two')]);
    expect(same.stdout).toContain('No score differs.');
  });

  it('refuses bad cases with every line, runs nothing, exit 2', async () => {
    const bad = join(folder, 'bad.jsonl');
    await writeFile(bad, `${question('a', 'x', { gold: ['reset'] })}\n{"id":"b"}\nnot json\n`);
    const { code, stderr } = await evals(['retrieval', '--cases', bad, '--out', join(folder, 'never')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/line 2: turns/);
    expect(stderr).toMatch(/line 3: not JSON/);
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });

  it('refuses cases of another knowledge base, and unknown suites, exit 2', async () => {
    const other = await evals(['retrieval', '--cases', 'data/evals/golden.jsonl']);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('belong to another one');
    expect((await evals(['recall'])).stderr).toContain('There is no suite recall');
  });

  it('counts what a failing model server could not answer as errors, and completes the run once it is back', async () => {
    let healthy = false;
    let calls = 0;
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        calls++;
        if (!healthy && calls > 1) return void response.writeHead(500).end('{}');
        const chunk = (delta: object, finish: string | null) =>
          `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(
          `${chunk({ role: 'assistant', content: 'It takes 20 seconds. [1]' }, null)}${chunk({}, 'stop')}data: [DONE]\n\n`,
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const env = {
      ANSWERDESK_CHAT_MODEL: 'openai:test-model',
      ANSWERDESK_CHAT_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    };
    try {
      const out = join(folder, 'failing');
      const failing = await evals(['answers', '--cases', cases, '--out', out], env);
      expect(failing.code).toBe(0);
      const before = (await readJson(join(out, 'report.json'))).suites.answers!;
      const verdicts = before.cases.map(({ verdict }) => verdict);
      const answers = verdicts.filter((verdict) => verdict === 'pass' || verdict === 'fail').length;
      expect(verdicts.filter((verdict) => verdict === 'error').length).toBeGreaterThanOrEqual(1);
      expect(before.metrics.answered!.n).toBe(answers);
      expect(await readFile(join(out, 'junit.xml'), 'utf8')).toContain('<error message=');

      healthy = true;
      const asked = calls;
      const resumed = await evals(['--resume', out], env);
      expect(resumed.stderr).not.toContain('Not good enough');
      expect(resumed.code).toBe(0);
      const after = (await readJson(join(out, 'report.json'))).suites.answers!;
      expect(after.cases.some(({ verdict }) => verdict === 'error')).toBe(false);
      expect(calls - asked).toBe(verdicts.filter((verdict) => verdict === 'error').length);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('asks a help centre its set of questions, and hands the answers to readers', async () => {
    const sets = join(folder, 'sets');
    const articles = join(folder, 'centres');
    await mkdir(sets);
    await mkdir(join(articles, 'shop'), { recursive: true });
    const markdown =
      'Refunds to a card take 3 to 5 working days. Refunds to PayPal take one working day.\n\nDelivery to Spain takes 6 days.';
    await writeFile(
      join(articles, 'shop', 'articles.jsonl'),
      JSON.stringify({ id: 'refund', title: 'Refunds', markdown }),
    );
    const centre = (name: string) => ({
      name,
      use: 'test',
      product: 'a shop',
      source: 'https://example.com',
      commit: '0123456789',
      licence: 'none',
    });
    await writeFile(join(sets, 'sets.json'), JSON.stringify({ centres: [centre('shop'), centre('other')] }));
    const asked = { id: 'shop-001', style: 'plain', question: 'How long does a refund to my card take?' };
    const set = (end: number) =>
      JSON.stringify({
        ...asked,
        expect: 'answer',
        article: 'refund',
        answer: [[0, end]],
        facts: ['3 to 5'],
      });
    const out = join(folder, 'centres-run');
    const sheets = join(folder, 'sheets');
    const args = ['answers', '--sets', sets, '--articles', articles, '--out', out];

    await writeFile(join(sets, 'shop.jsonl'), set(9_000));
    const wrong = await evals(args);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('shop-001: 0 to 9000 is no text of refund');

    await writeFile(join(sets, 'shop.jsonl'), set(markdown.indexOf(' Refunds to PayPal')));
    const ran = await evals([...args, '--json']);
    expect(ran.stderr).toContain('Left out: other has no questions');
    expect(ran.code).toBe(0);
    const report = reportSchema.parse(JSON.parse(ran.stdout));
    expect(Object.keys(report.suites)).toEqual(['answers-shop', 'answers-all']);
    expect(report.suites['answers-shop']!.metrics).toMatchObject({
      complete: { value: 1, n: 1 },
      'right-article': { value: 1 },
      found: { value: 1 },
    });

    const exported = await evals([
      'judge',
      'export',
      out,
      '--sets',
      sets,
      '--articles',
      articles,
      '--out',
      sheets,
    ]);
    expect(exported.code).toBe(0);
    const verdicts = join(folder, 'verdicts.csv');
    await writeFile(verdicts, 'item,verdict,notes\n001,good,\n');
    const imported = await evals(['judge', 'import', sheets, verdicts, verdicts]);
    expect(imported.stdout).toMatch(/centres-run: 1 answers.*good 1 = 100 %.*Cohen's kappa 1\.00/s);
  });

  it('proposes cases that a person has to accept before they count', async () => {
    const out = join(folder, 'draft.jsonl');
    expect((await evals(['draft', '--source', 'nobody', '--out', out])).code).toBe(2);
    const talk = [
      {
        conversation_id: 't1',
        time: '2026-11-02T09:12:30Z',
        role: 'customer',
        text: 'hello, when do I see the money for what I sent back on my card?',
      },
      {
        conversation_id: 't1',
        time: '2026-11-02T09:13:30Z',
        role: 'agent',
        text: 'A refund to a card takes 3 to 5 working days, counted from our e-mail.',
      },
    ];
    const transcripts = join(folder, 'talk.jsonl');
    await writeFile(transcripts, talk.map((row) => JSON.stringify(row)).join('\n'));
    const ownDir = join(folder, 'own');
    await run('cli/main.ts', ['ingest', join(folder, 'articles'), transcripts, '--source', 'mine'], {
      ANSWERDESK_DATA_DIR: ownDir,
    });
    const drafted = await run('cli/main.ts', [
      'evals',
      'draft',
      '--source',
      'mine',
      '--out',
      out,
      '--data-dir',
      ownDir,
    ]);
    expect(drafted.stderr).toContain('1 case(s) proposed');
    const [draft] = (await readFile(out, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(draft).toMatchObject({ accept: null, gold: ['refund'] });
    expect(draft.turns[0].text).toMatch(/^when do I see the money/i);
    const undecided = await evals(['retrieval', '--cases', out]);
    expect(undecided.code).toBe(2);
    expect(undecided.stderr).toContain('accept: still null');
    const twice = await run('cli/main.ts', [
      'evals',
      'draft',
      '--source',
      'mine',
      '--out',
      out,
      '--data-dir',
      ownDir,
    ]);
    expect(twice.code).toBe(2);
  });
});
