import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLabels, conversationCell, type LabelRules } from '#learning/labels/check-labels.ts';
import { type ConversationRecord, outcomeOf } from '#learning/labels/conversation-record.ts';
import { appendGoldLabels, goldFile, readGoldLabels } from '#learning/labels/gold-labels.ts';
import { nameClusters } from '#learning/labels/name-clusters.ts';
import { readTaxonomy } from '#learning/labels/taxonomy.ts';
import { updateLabels } from '#learning/labels/update-labels.ts';
import { resolutionFunctions } from '#learning/labels/vote-resolution.ts';
import { sentimentFunctions } from '#learning/labels/vote-sentiment.ts';
import { readWeakRows, weakFile } from '#learning/labels/weak-labels.ts';
import { leastSure } from './choose-rows.ts';
import { measureAgreement } from './label-agreement.ts';
import { readSheet, toCsv } from './label-sheet.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'labels-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sheet = async (content: string | Buffer) => {
  const path = join(folder, 'labels.csv');
  await writeFile(path, content);
  return readSheet(path);
};
const rules: LabelRules = {
  isKnown: (id) => ['a', 'b', '-5', '1E5'].includes(id),
  classes: { intent: ['refund', 'Rückgabe'] },
  annotator: 'Ana',
};

describe('a spreadsheet of labels', () => {
  it('comes back from Excel as it went, whatever an id looks like', async () => {
    const ids = ['-5', '1E5', 'a'];
    const text = toCsv(
      [
        ['conversation', 'question', 'intent'],
        ...ids.map((id) => [conversationCell(id), '=1+1, "x"', 'refund']),
      ],
      ';',
    );
    const { labels, problems } = checkLabels(await sheet(text), rules);
    expect(problems).toEqual([]);
    expect(labels.map(({ conversation }) => conversation)).toEqual(ids);
    expect(text).toContain(`"'=1+1, ""x"""`);
  });

  it('is read with semicolons, in the code page of Windows, with its columns in another order and empty rows between', async () => {
    const text = 'Annotator;Intent;Conversation\r\nZoë;Rückgabe;c:a\r\n;;\r\n\r\nZoë;refund;c:b\r\n';
    const { labels, problems } = checkLabels(await sheet(Buffer.from(text, 'latin1')), rules);
    expect(problems).toEqual([]);
    expect(labels).toEqual([
      { conversation: 'a', kind: 'intent', value: 'Rückgabe', annotator: 'Zoë' },
      { conversation: 'b', kind: 'intent', value: 'refund', annotator: 'Zoë' },
    ]);
  });

  it('is read as Excel saves "Unicode text" and names its separator, and with yes and no in its language', async () => {
    const unicode = `\uFEFFconversation\tresolved\tintent\r\nc:a\tFALSCH\tRückgabe\r\n`;
    const named = 'sep=;\r\nconversation;resolved\r\nc:b;vrai\r\n';
    const first = checkLabels(await sheet(Buffer.from(unicode, 'utf16le')), rules);
    const second = checkLabels(await sheet(named), rules);
    expect([...first.problems, ...second.problems]).toEqual([]);
    expect(
      [...first.labels, ...second.labels].map(({ conversation, kind, value }) => [conversation, kind, value]),
    ).toEqual([
      ['a', 'intent', 'Rückgabe'],
      ['a', 'resolved', 'no'],
      ['b', 'resolved', 'yes'],
    ]);
  });

  it('names the row of everything that it cannot take, and takes the rest', async () => {
    const text = [
      'conversation,intent,resolved,language',
      'c:a,refund,WAHR,en',
      'c:b,01. Feb,no,English',
      'c:nowhere,refund,,',
      ',refund,,',
      'c:a,Rückgabe,,',
      'c:b,,,',
    ].join('\n');
    const { labels, problems, empty } = checkLabels(await sheet(text), rules);
    expect(problems).toEqual([
      'rows 2 and 6: Ana calls the intent of a both "refund" and "Rückgabe"; neither is taken',
      'row 3: "01. Feb" is no intent: refund, Rückgabe',
      'row 3: "English" is no language: write its code, such as en or de',
      'row 4: there is no conversation "nowhere"',
      'row 5: has labels and no conversation',
    ]);
    expect(labels).toEqual([
      { conversation: 'a', kind: 'language', value: 'en', annotator: 'Ana' },
      { conversation: 'a', kind: 'resolved', value: 'yes', annotator: 'Ana' },
      { conversation: 'b', kind: 'resolved', value: 'no', annotator: 'Ana' },
    ]);
    expect(empty).toBe(1);
  });

  it('without a column of conversations, or without rows, says what to do', async () => {
    await expect(sheet('id_of_it,intent\na,refund\n')).rejects.toThrow('no column "conversation"');
    await expect(sheet('conversation,intent\n')).rejects.toThrow('no rows below its header');
  });
});

describe('labels of people', () => {
  const give = (value: string | null, annotator = 'Ana') =>
    appendGoldLabels(folder, [{ conversation: 'a', kind: 'intent', value, annotator }], {
      now: () => new Date(0),
    });

  it('keep every change as a version, with who and when', async () => {
    await give('refund');
    await give('refund');
    await give('delivery');
    await give(null);
    const { history, current } = await readGoldLabels(folder);
    expect(history.map(({ value, version, annotator, at }) => [value, version, annotator, at])).toEqual([
      ['refund', 1, 'Ana', '1970-01-01T00:00:00.000Z'],
      ['delivery', 2, 'Ana', '1970-01-01T00:00:00.000Z'],
      [null, 3, 'Ana', '1970-01-01T00:00:00.000Z'],
    ]);
    expect(current).toEqual([]);
  });

  it('count in the order in which they were given, whatever the clock said', async () => {
    const at = (time: number, value: string) =>
      appendGoldLabels(folder, [{ conversation: 'a', kind: 'intent', value, annotator: 'Ana' }], {
        now: () => new Date(time),
      });
    await at(2_000_000_000_000, 'refund');
    await at(0, 'delivery');
    const { current } = await readGoldLabels(folder);
    expect(current.map(({ value, version }) => [value, version])).toEqual([['delivery', 2]]);
  });

  it('survive a line that a full disk has cut', async () => {
    await give('refund');
    await appendFile(goldFile(folder), '{"conversation":"b","ki');
    await give('delivery', 'Ben');
    const { current, unreadable } = await readGoldLabels(folder);
    expect(current.map(({ value }) => value)).toEqual(['refund', 'delivery']);
    expect(unreadable).toBe(1);
  });

  it('of one annotator have no agreement, and the report says why', async () => {
    await give('refund');
    const { current } = await readGoldLabels(folder);
    expect(measureAgreement(current)[0]).toMatchObject({
      note: expect.stringContaining('Only Ana labelled it'),
    });
    expect(measureAgreement(current)[0]).not.toHaveProperty('alpha');
  });

  it('of two annotators have kappa, alpha and a list of disagreements', async () => {
    const rows = ['refund', 'refund', 'delivery', 'delivery'].flatMap((value, at) => [
      { conversation: `c${at}`, kind: 'intent' as const, value, annotator: 'Ana' },
      {
        conversation: `c${at}`,
        kind: 'intent' as const,
        value: at === 3 ? 'refund' : value,
        annotator: 'Ben',
      },
    ]);
    await appendGoldLabels(folder, rows);
    const [intent] = measureAgreement((await readGoldLabels(folder)).current);
    expect(intent!.kappas).toEqual([{ pair: ['Ana', 'Ben'], kappa: 0.5, n: 4 }]);
    expect(intent!.alpha).toBeCloseTo(0.533, 3);
    expect(intent!.disagreements).toEqual([
      { conversation: 'c3', values: { Ana: 'delivery', Ben: 'refund' } },
    ]);
  });
});

describe('labels of machines', () => {
  const record = (id: string, turns: ConversationRecord['turns']): ConversationRecord => ({
    id,
    origin: 'chat',
    source: 'chat',
    statedLanguage: 'en',
    problem: turns[0]!.text,
    turns,
  });
  const angry = record('angry', [
    { author: 'customer', text: 'My parcel is late again, this is unacceptable and ridiculous' },
    { author: 'bot', text: 'I cannot answer that.', decision: 'decline' },
  ]);
  const helped = record('helped', [
    { author: 'customer', text: 'How do I change my address?' },
    { author: 'bot', text: 'In your account, under Profile.', decision: 'answer', citations: 1 },
    { author: 'customer', text: 'Thank you so much, that worked' },
  ]);
  const update = (records: readonly ConversationRecord[]) =>
    updateLabels({
      folder,
      conversations: async function* () {
        yield* records;
      },
      functions: [...sentimentFunctions, ...resolutionFunctions],
      stamp: 'test',
    });
  const labels = async () =>
    Object.fromEntries(
      (await Array.fromAsync(readWeakRows(weakFile(folder)))).map((row) => [row.conversation, row]),
    );

  it('tell who was angry and not helped from who was', async () => {
    await update([angry, helped]);
    const rows = await labels();
    expect(rows.angry!.labels).toMatchObject({
      sentiment: ['negative', expect.any(Number)],
      resolved: ['no', expect.any(Number)],
    });
    expect(rows.helped!.labels).toMatchObject({ resolved: ['yes', expect.any(Number)] });
    expect(rows.angry!.outcome).toEqual({ answered: false, declined: true, handedOver: false });
  });

  it('take a thank-you after a refusal for manners', async () => {
    const refused = record('refused', [
      { author: 'customer', text: 'Can you book me a room for Friday?' },
      { author: 'person', text: 'I am sorry, but there are no rooms available on Friday.' },
      { author: 'customer', text: 'Thank you, goodbye' },
      { author: 'person', text: 'Goodbye.' },
    ]);
    await update([refused, helped]);
    const rows = await labels();
    expect(rows.refused!.labels).toMatchObject({
      resolved: ['no', expect.any(Number)],
      quality: ['poor', expect.any(Number)],
    });
    expect(rows.helped!.labels).toMatchObject({ resolved: ['yes', expect.any(Number)] });
  });

  it('hold no text of a conversation, read only what has changed, and never touch those of people', async () => {
    await appendGoldLabels(folder, [
      { conversation: 'angry', kind: 'sentiment', value: 'neutral', annotator: 'Ana' },
    ]);
    const before = await readFile(goldFile(folder), 'utf8');
    await update([angry, helped]);
    expect(await update([angry, helped])).toMatchObject({ conversations: 2, unchanged: 2 });
    expect(await readFile(weakFile(folder), 'utf8')).not.toMatch(/parcel|unacceptable|Profile/);
    expect(await readFile(goldFile(folder), 'utf8')).toBe(before);
  });

  it('know no wait below zero, although the clock was set back between a request and a reply', () => {
    const waited = (requested: string, replied: string) =>
      outcomeOf({
        ...record('w', [{ author: 'person', text: 'Hello', at: replied }]),
        handoff: { reason: 'customer-request', at: requested },
      }).waitSeconds;
    expect(waited('2026-05-01T10:00:00.000Z', '2026-05-01T10:01:00.000Z')).toBe(60);
    expect(waited('2026-05-01T10:00:00.000Z', '2026-05-01T09:00:00.000Z')).toBeUndefined();
  });

  it('of an empty desk are none', async () => {
    expect(await update([])).toMatchObject({ conversations: 0 });
    expect(await labels()).toEqual({});
  });

  it('are exported least sure first, without those that a person labelled', async () => {
    await update([angry, helped]);
    const rows = await leastSure(readWeakRows(weakFile(folder)), {
      kinds: ['resolved'],
      count: 5,
      isLabelled: (key) => key.endsWith('angry'),
    });
    expect(rows.map(({ conversation }) => conversation)).toEqual(['helped']);
  });
});

describe('intents', () => {
  it('of clusters are named by the words that set them apart, each once', () => {
    const names = nameClusters([
      ['refund for my card please', 'when does the refund reach my card'],
      ['the parcel was not delivered', 'where is the parcel, it was delivered wrong'],
      ['refund to another card', 'a refund on the card'],
    ]);
    expect(names[0]).toContain('refund');
    expect(names[1]).toContain('parcel');
    expect(new Set(names).size).toBe(3);
  });

  it('of a taxonomy that cannot be used are refused with their line', () => {
    expect(() => readTaxonomy('intents:\n  - name: refund\n', 't.yaml')).toThrow(
      /line 2: intents\.0\.examples|intents\.0\.examples/,
    );
    expect(() => readTaxonomy('products: [Lamp, lamp]\n', 't.yaml')).toThrow('"lamp" stands there twice');
    expect(readTaxonomy('products:\n  - name: Lamp\n    words: [light]\n', 't.yaml').products).toEqual([
      { name: 'Lamp', words: ['Lamp', 'light'] },
    ]);
  });
});
