// The contract of `search`, `answer` and `ask` with other programs, on a small knowledge base made with the embedder that ships.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, readJsonLines, root, runCommandLine, succeed } from './testing/run-command.ts';

const secretCode = 'BLUEFIN-88';
const articles = [
  {
    id: 'returns-opened',
    title: 'Return an opened kettle',
    url: 'https://help.kettles.example/returns-opened',
    text: 'An opened kettle can be sent back within 30 days of delivery. The return label costs 4.90 and is taken from the refund.',
  },
  {
    id: 'descale',
    title: 'Descale your kettle',
    text: [
      ...['With vinegar', 'With citric acid', 'With descaling tablets'].map(
        (heading) =>
          `## ${heading}\nDescale the kettle every four weeks. ${heading}: fill the kettle to half with water, bring the descaling liquid to the boil, ` +
          'wait for twenty minutes, pour it away and rinse the kettle three times with clear water before you use it again.\n',
      ),
    ].join('\n'),
  },
  {
    id: 'keep-warm-glass',
    title: 'Keep water warm in the Glass kettle',
    text: 'To keep water warm in the Glass kettle, hold the handle button for 3 seconds until the ring is orange. It keeps 80 degrees for one hour.',
  },
  {
    id: 'keep-warm-steel',
    title: 'Keep water warm in the Steel kettle',
    text: 'To keep water warm in the Steel kettle, press the base button twice. The display shows the temperature, which it keeps for two hours.',
  },
  {
    id: 'warranty',
    title: 'Warranty',
    text: 'Every kettle has a warranty of two years. Keep the receipt, and send a photo of the serial number with your claim.',
  },
  {
    id: 'goodwill',
    title: 'Goodwill credit',
    audience: 'internal',
    text: `Agents may give a goodwill credit of 25 for a late return of an opened kettle. The code for the goodwill credit is ${secretCode}.`,
  },
];
const lamp =
  '# What the lamp means\n\nA red lamp that blinks means that the kettle boiled dry. Let it cool for ten minutes.\n';

let folder: string;
let env: Record<string, string>;
const place = (name: string) => join(folder, name);
const search = (...args: string[]) => runCommandLine('cli/main.ts', ['search', ...args], env);
const answer = (...args: string[]) => runCommandLine('cli/main.ts', ['answer', ...args], env);
const ask = (...args: string[]) => runCommandLine('cli/main.ts', ['ask', ...args], env);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'answerdesk-scripts-'));
  env = { ANSWERDESK_DATA_DIR: place('var') };
  await writeFile(place('articles.jsonl'), articles.map((article) => JSON.stringify(article)).join('\n'));
  await writeFile(place('what-the-lamp-means.md'), lamp);
  await succeed(
    runCommandLine(
      'cli/main.ts',
      ['ingest', place('articles.jsonl'), place('what-the-lamp-means.md'), '--source', 'kettles'],
      env,
    ),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const customer = (text: string) => ({ role: 'customer', text });
const questions = [
  { id: 'return', turns: [customer('Can I send back a kettle that I have opened?')] },
  { id: 7, turns: [customer('how often do i have to descale it')] },
  { id: 'lamp', turns: [customer('the red lamp blinks')] },
  {
    id: 'follow-up',
    turns: [
      customer('How do I keep water warm in the Glass kettle?'),
      { role: 'agent', text: 'Hold the handle button for 3 seconds until the ring is orange.' },
      customer('and in the steel one?'),
    ],
  },
  {
    id: 'for-how-long',
    turns: [
      customer('How do I keep water warm in the Glass kettle?'),
      { role: 'agent', text: 'Hold the handle button for 3 seconds until the ring is orange.' },
      customer('and for how long?'),
    ],
  },
  { id: 'internal', turns: [customer('What is the code for the goodwill credit for a late return?')] },
  { id: 'person', turns: [customer('I want to talk to a person')] },
  { id: 'elsewhere', turns: [customer('Who won the football world cup in 1998?')] },
];
async function writeQuestions(name: string, lines: readonly unknown[]): Promise<string> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  await writeFile(place(name), text);
  return place(name);
}

interface Found {
  readonly id: string | number;
  readonly query: string;
  readonly results: readonly {
    readonly documentId: string;
    readonly chunkId: string;
    readonly title: string;
    readonly score: number;
  }[];
}
interface Answered {
  readonly id: string | number;
  readonly decision: string;
  readonly text: string;
  readonly citations: readonly {
    readonly documentId: string;
    readonly chunkId: string;
    readonly quote: string;
  }[];
  readonly timingsMs: Readonly<Record<string, number>>;
}

describe('answerdesk search', () => {
  it('finds articles for each question, in order, one result a document, and never one for agents only', async () => {
    // A byte order mark, an empty line and CRLF are what Windows and editors add.
    const file = await writeQuestions(
      'questions.jsonl',
      questions.map((question) => `${JSON.stringify(question)}\r\n`),
    );
    await writeFile(file, `\uFEFF${await readFile(file, 'utf8')}`);
    const outcome = await search('--in', file, '--out', place('found.jsonl'));
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
    const rows = await readJsonLines<Found>(place('found.jsonl'));
    expect(rows.map(({ id }) => id)).toEqual(questions.map(({ id }) => id));
    for (const { results, ...rest } of rows) {
      expect(Object.keys(rest)).toEqual(['id', 'query']);
      for (const result of results) {
        expect(Object.keys(result)).toEqual(['documentId', 'chunkId', 'title', 'score']);
        expect(result.score).toBeTypeOf('number');
      }
      const scores = results.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((left, right) => right - left));
      const documents = results.map(({ documentId }) => documentId);
      expect(new Set(documents).size).toBe(documents.length);
      expect(documents).not.toContain('goodwill');
    }
    const best = Object.fromEntries(rows.map(({ id, results }) => [id, results[0]]));
    expect(best.return).toMatchObject({ documentId: 'returns-opened', title: 'Return an opened kettle' });
    expect(best[7]?.documentId).toBe('descale');
    // Without an id of its own, a file is known by its path; without a title by its heading.
    expect(best.lamp).toMatchObject({
      documentId: 'what-the-lamp-means.md',
      title: 'What the lamp means',
    });
    expect(best['for-how-long']?.documentId).toBe('keep-warm-glass');
    const followUp = rows.find(({ id }) => id === 'follow-up');
    expect(followUp?.results.slice(0, 2).map(({ documentId }) => documentId)).toContain('keep-warm-steel');
    expect(followUp?.query).toContain('keep water warm');
    expect(followUp?.query).toContain('steel');
    expect(rows[0]?.query).toBe(questions[0]?.turns[0]?.text);
  });

  it('writes nothing but JSON to standard output, as many results as were asked for', async () => {
    const file = await writeQuestions('one.jsonl', [questions[1]]);
    const { code, stdout, stderr } = await search('--in', file, '--k', '2');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(jsonLines<Found>(stdout)[0]?.results).toHaveLength(2);
  });

  it('gives the same through npm', async () => {
    const file = await writeQuestions('npm.jsonl', [questions[0]]);
    const child = spawn('npm', ['run', '-s', 'search', '--', '--in', file], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const stdout = (await child.stdout.setEncoding('utf8').toArray()).join('');
    expect(stdout).toBe((await search('--in', file)).stdout);
  });

  it('ends quietly when its reader has had enough', async () => {
    const file = await writeQuestions(
      'many.jsonl',
      Array.from({ length: 300 }, (_, id) => ({ ...questions[0], id })),
    );
    const child = spawn(process.execPath, ['cli/main.ts', 'search', '--in', file], {
      cwd: root,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const ended = new Promise((resolve) => child.on('close', resolve));
    expect((await child.stderr.setEncoding('utf8').toArray()).join('')).toBe('');
    expect(await ended).toBe(0);
  });
});

describe('answerdesk answer', () => {
  it('answers with citations, asks back, declines or hands over, and never tells what is for agents only', async () => {
    const file = await writeQuestions('to-answer.jsonl', questions);
    const outcome = await answer('--in', file, '--out', place('answers.jsonl'));
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
    const rows = await readJsonLines<Answered>(place('answers.jsonl'));
    expect(rows.map(({ id }) => id)).toEqual(questions.map(({ id }) => id));
    for (const row of rows) {
      expect(Object.keys(row).sort()).toEqual(['citations', 'decision', 'id', 'text', 'timingsMs']);
      expect(['answer', 'clarify', 'small-talk', 'decline', 'handoff']).toContain(row.decision);
      expect(row.text.length).toBeGreaterThan(0);
      expect(Object.keys(row.timingsMs)).toEqual(['retrieve', 'firstToken', 'total']);
      expect(row.timingsMs.total).toBeGreaterThanOrEqual(row.timingsMs.firstToken!);
      for (const [index, citation] of row.citations.entries()) {
        expect(Object.keys(citation)).toEqual(['documentId', 'chunkId', 'quote']);
        expect(row.text).toContain(`[${index + 1}]`);
        const source = articles.find(({ id }) => id === citation.documentId)?.text ?? lamp;
        expect(source).toContain(citation.quote);
      }
    }
    expect(JSON.stringify(rows)).not.toContain(secretCode);
    expect(JSON.stringify(rows)).not.toContain('goodwill"');
    const [back, , , followUp, , , person, elsewhere] = rows;
    expect(back?.decision).toBe('answer');
    expect(back?.text).toContain('30 days');
    expect(back?.citations[0]?.documentId).toBe('returns-opened');
    expect(followUp?.decision).toBe('answer');
    expect(followUp?.text).toContain('base button twice');
    expect(person).toMatchObject({ decision: 'handoff', citations: [] });
    expect(elsewhere?.decision).not.toBe('answer');
  });
});

describe('answerdesk ask', () => {
  it('prints the answer and its sources', async () => {
    const { code, stdout, stderr } = await ask('Can I send back a kettle', 'that I have opened?');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('30 days');
    expect(stdout).toContain(
      '[1] Return an opened kettle\n    https://help.kettles.example/returns-opened\n',
    );
  });

  it('prints one line of JSON with --json', async () => {
    const { code, stdout, stderr } = await ask('--json', 'Can I send back a kettle that I have opened?');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.indexOf('\n')).toBe(stdout.length - 1);
    expect(JSON.parse(stdout)).toMatchObject({
      decision: 'answer',
      citations: [
        {
          number: 1,
          documentId: 'returns-opened',
          chunkId: expect.any(String),
          title: 'Return an opened kettle',
          url: 'https://help.kettles.example/returns-opened',
          quote: expect.stringContaining('30 days'),
        },
      ],
      timingsMs: { total: expect.any(Number) },
    });
  });
});

describe('what goes wrong', () => {
  it.concurrent.each(['search', 'answer'])(
    '%s names every line that is no question, and does nothing',
    async (name) => {
      const file = await writeQuestions(`bad-${name}.jsonl`, [
        questions[0],
        '',
        '{"id":"half","turns":[',
        { id: 'empty', turns: [] },
        { turns: [customer('No id')] },
        { id: 'agent-last', turns: [customer('Hi'), { role: 'agent', text: 'Hello' }] },
        { id: 'role', turns: [{ role: 'bot', text: 'Hi' }] },
        questions[1],
      ]);
      const out = place(`never-${name}.jsonl`);
      const outcome = await runCommandLine('cli/main.ts', [name, '--in', file, '--out', out], env);
      expect([outcome.code, outcome.stdout]).toEqual([2, '']);
      expect(outcome.stderr).toContain('5 line(s)');
      expect([...outcome.stderr.matchAll(/^line (\d+): (.+)$/gm)].map(([, line]) => line)).toEqual([
        '3',
        '4',
        '5',
        '6',
        '7',
      ]);
      expect(outcome.stderr).toMatch(/line 3: .*JSON/);
      expect(outcome.stderr).not.toContain('    at ');
      await expect(readFile(out)).rejects.toThrow(/ENOENT/);
    },
  );

  it.concurrent.each([
    ['search', [], /--in FILE is missing/],
    ['answer', [], /--in FILE is missing/],
    ['ask', [], /Write the question/],
    ['search', ['--frobnicate'], /--frobnicate/],
    ['search', ['--in', 'absent.jsonl'], /absent\.jsonl cannot be read/],
    ['search', ['--in', 'package.json', '--k', '0'], /--k must be/],
    ['search', ['--in', 'package.json', '--k', 'ten'], /--k must be/],
  ])('%s %j ends with 2 and says why', async (name, args, reason) => {
    const outcome = await runCommandLine('cli/main.ts', [name, ...(args as string[])], env);
    expect([outcome.code, outcome.stdout]).toEqual([2, '']);
    expect(outcome.stderr).toMatch(reason as RegExp);
  });

  it.concurrent.each(['search', 'answer', 'ask'])('%s --help explains, with 0', async (name) => {
    const { code, stdout, stderr } = await runCommandLine('cli/main.ts', [name, '--help'], {});
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`answerdesk ${name} `);
  });

  it('says what to run when there is no knowledge base, and creates none', async () => {
    const nowhere = { ANSWERDESK_DATA_DIR: place('nowhere') };
    const file = await writeQuestions('unasked.jsonl', [questions[0]]);
    const outcomes = await Promise.all([
      runCommandLine('cli/main.ts', ['search', '--in', file], nowhere),
      runCommandLine('cli/main.ts', ['answer', '--in', file], nowhere),
      runCommandLine('cli/main.ts', ['ask', 'Hello?'], nowhere),
    ]);
    for (const outcome of outcomes) {
      expect([outcome.code, outcome.stdout]).toEqual([1, '']);
      expect(outcome.stderr).toContain('answerdesk ingest');
    }
    await expect(readFile(place('nowhere'))).rejects.toThrow(/ENOENT/);
  });
});
