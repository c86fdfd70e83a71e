import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapterTables, findAdapter } from './adapters.ts';
import { parseCases, readAllCases, readCases } from './eval-case.ts';

const lines = (...rows: unknown[]) =>
  rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');
const turn = (text: string, role = 'customer') => ({ role, text });

describe('case files', () => {
  it('fill in what is left out', () => {
    const { cases, problems } = parseCases(
      lines({ id: 7, turns: [turn('hi'), turn('hello', 'agent'), turn('and now?')], gold: ['a'] }, '', {
        id: 'no',
        kind: 'unanswerable',
        turns: [turn('capital of Peru?')],
      }),
    );
    expect(problems).toEqual([]);
    expect(cases).toEqual([
      expect.objectContaining({
        id: '7',
        kind: 'single',
        standalone: 'and now?',
        expect: 'answer',
        facts: [],
        mustNot: [],
      }),
      expect.objectContaining({ id: 'no', expect: 'decline' }),
    ]);
  });

  it('report every problem with its line', () => {
    const { problems } = parseCases(
      lines(
        { id: 'a', turns: [turn('x')] },
        '{"id": "b", ',
        { id: 'a', turns: [turn('again')] },
        { id: 'c', turns: [turn('I am the agent', 'agent')], golds: [] },
        { id: 'd', turns: [], facts: [''] },
        { id: 'e', turns: [turn('x')], accept: null },
      ),
    );
    expect([...new Set(problems.map(({ line }) => line))]).toEqual([2, 3, 4, 5, 6]);
    const text = problems.map(({ line, message }) => `${line} ${message}`).join('\n');
    expect(text).toMatch(/^2 not JSON/m);
    expect(text).toMatch(/^3 id: a was used on line 1 already/m);
    expect(text).toMatch(/^4 .*last turn must be the customer/m);
    expect(text).toMatch(/^4 .*golds/m);
    expect(text).toMatch(/^5 /m);
    expect(text).toMatch(/^6 accept: still null/m);
  });

  it('use drafts that a person accepted only', () => {
    const { cases, problems } = parseCases(
      lines({ id: 'yes', turns: [turn('x')], accept: true }, { id: 'no', turns: [turn('x')], accept: false }),
    );
    expect(problems).toEqual([]);
    expect(cases.map(({ id }) => id)).toEqual(['yes']);
  });

  it('read the golden questions that ship', async () => {
    const cases = await readCases('data/evals/golden.jsonl');
    expect(cases.length).toBeGreaterThan(200);
    expect(new Set(cases.map(({ expect: wanted }) => wanted))).toEqual(
      new Set(['answer', 'clarify', 'decline', 'handoff']),
    );
  });

  it('say what is wrong with a file that is not there', async () => {
    await expect(readCases('nowhere.jsonl')).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('adapters', () => {
  const samples: Record<string, { row: unknown; expected: object; left?: unknown }> = {
    'mtrag-tasks': {
      row: {
        id: 't<::>1',
        collection: 'govt',
        answerability: ['ANSWERABLE'],
        input: [turn('Can I visit the library?')],
        gold: ['p1'],
      },
      expected: {
        id: 't<::>1',
        kind: 'govt',
        gold: ['p1'],
        expect: 'answer',
        standalone: 'Can I visit the library?',
      },
      left: { id: 't2', collection: 'govt', answerability: ['PARTIAL'], input: [turn('x')], gold: [] },
    },
    'mtrag-queries': {
      row: {
        id: 'q',
        collection: 'cloud',
        last_turn: '|user|: outside the US?',
        all_questions: '|user|: where do they play\n|user|: outside the US?',
        rewrite: '|user|: Do they play outside the US?',
        gold_in_pool: ['p'],
      },
      expected: {
        turns: [turn('where do they play'), turn('outside the US?')],
        standalone: 'Do they play outside the US?',
        gold: ['p'],
      },
      left: { id: 'q2', all_questions: '|user|: x', rewrite: '|user|: y', gold_in_pool: [] },
    },
    'dstc-faq': {
      row: {
        id: 'd',
        turns: [turn('hotel?'), turn('Which?', 'agent'), turn('with wifi?')],
        needs_knowledge: true,
        gold: ['hotel/0/faq/0'],
      },
      expected: { gold: ['hotel/0/faq/0'], standalone: 'with wifi?' },
      left: { id: 'd2', turns: [turn('hotel?')], needs_knowledge: false, gold: null },
    },
    'tau2-banking': {
      row: { id: 'task_001', scenario: 'You want a card.', required_documents: ['doc_1', 'doc_2'] },
      expected: { id: 'task_001', turns: [turn('You want a card.')], gold: ['doc_1', 'doc_2'] },
    },
    banking77: {
      row: { text: 'How do I locate my card?', label: 'card_arrival' },
      expected: {
        id: 'line-1',
        kind: 'card_arrival',
        turns: [turn('How do I locate my card?')],
        expect: 'answer',
      },
    },
    clinc150: {
      row: { text: 'how much has the dow changed today', label: 'oos', domain: null },
      expected: { kind: 'unanswerable', expect: 'decline' },
    },
  };

  it.each(Object.keys(adapterTables))('reads %s', (name) => {
    const { row, expected, left } = samples[name]!;
    const { cases, problems } = parseCases(lines(row, ...(left ? [left] : [])), findAdapter(name));
    expect(problems).toEqual([]);
    expect(cases).toEqual([expect.objectContaining(expected)]);
  });

  it('report rows that are not of the set', () => {
    expect(parseCases('{"id":"x"}', findAdapter('tau2-banking')).problems).toHaveLength(1);
  });

  it('name the ones there are when asked for another', () => {
    expect(() => findAdapter('squad')).toThrow(/mtrag-tasks/);
  });
});

describe('several files', () => {
  const inFolder = async (files: Record<string, string>, check: (paths: string[]) => Promise<void>) => {
    const folder = await mkdtemp(join(tmpdir(), 'answerdesk-cases-'));
    try {
      const paths = Object.keys(files).map((name) => join(folder, name));
      for (const path of paths) await writeFile(path, Object.values(files)[paths.indexOf(path)]!);
      await check(paths);
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it('report the problems of all of them, and ids that two of them use', async () => {
    const one = lines({ id: 'a', turns: [turn('hi')] });
    await inFolder({ 'x.jsonl': one, 'y.jsonl': one }, (paths) =>
      expect(readAllCases(paths)).rejects.toThrow(/1 id\(s\).*such as a/),
    );
    await inFolder({ 'x.jsonl': '{', 'y.jsonl': lines({ id: 'a' }) }, async (paths) => {
      const reading = readAllCases(paths);
      await expect(reading).rejects.toThrow(/x\.jsonl has 1 problem/);
      await expect(reading).rejects.toThrow(/y\.jsonl has 1 problem/);
    });
  });

  it('give rows without an id one that no other file has', async () => {
    const row = lines({ text: 'hello', label: 'oos' });
    await inFolder({ 'test.jsonl': row, 'oos_test.jsonl': row }, async (paths) => {
      const cases = await readAllCases(paths.map((path) => `clinc150:${path}`));
      expect(cases.map(({ id }) => id)).toEqual(['test-1', 'oos_test-1']);
    });
  });
});
