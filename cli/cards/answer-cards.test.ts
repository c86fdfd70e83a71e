// Answer cards from the file to the customer: ingested by the real job, asked through answer().

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAnswer } from '#chat/answer.ts';
import type { Calibration } from '#chat/decide/policy.ts';
import {
  collectEvents,
  conversationOf,
  deltaText,
  ScriptedChatModel,
  shippedActs,
} from '#chat/testing/fixtures.ts';
import type { Message } from '#core/conversation.ts';
import { type JobSummary, removeSource, runIngestJob } from '#ingest/job.ts';
import { defaultInternalRules } from '#ingest/source-settings.ts';
import { createFields } from '#ingest/sources/field-map.ts';
import { findFiles } from '#ingest/sources/find-files.ts';
import { readSource } from '#ingest/sources/read-source.ts';
import { describeJob } from '#ingest/summary.ts';
import { createTemporaryFolder, type TemporaryFolder } from '#ingest/testing/source-folder.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { openKnowledgeBase } from '#knowledge/knowledge-base.ts';
import { createExtractiveChatModel } from '#models/chat/extractive-chat-model.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';

/** Called as the one that the thresholds were fitted with, so that cosines count. */
const embedder = createHashingEmbedder({ dimensions: 256, modelId: 'answerdesk-embedder-2@test' });
/** Answers whatever it finds something for. */
const calibration: Calibration = {
  embedder: embedder.modelId,
  coefficients: { cosine: 0, scoreMargin: 0, coverageMargin: 0, rerank: 0, rerankMargin: 0, kindMissing: 0 },
  intercept: 5,
  answerFrom: 0.6,
  clarifyFrom: 0.2,
};
const composed = 'Put together [1].';

let folder: TemporaryFolder;
let dataDir: string;
beforeEach(async () => {
  folder = await createTemporaryFolder();
  dataDir = `${folder.path}/var`;
  await folder.write(
    'help/returns.md',
    '---\nid: returns\ntitle: Returns\nurl: /help/returns\n---\nAn opened valve can be returned within 30 days. The label is not free.',
  );
  await folder.write(
    'help/sign-in.md',
    '---\nid: sign-in\ntitle: Sign in\n---\nOpen the page and type your password to sign in.',
  );
});
afterEach(() => folder[Symbol.asyncDispose]());

async function ingest(path = 'help', name = path): Promise<JobSummary> {
  const { files } = await findFiles([`${folder.path}/${path}`]);
  return runIngestJob({
    dataDir,
    openEmbedder: async () => embedder,
    source: {
      name,
      items: readSource(files, createFields()),
      redactor: createDefaultRedactor(),
      internalRules: defaultInternalRules,
      transcriptsAudience: 'customer',
    },
  });
}

const card = (fields = '', questions = 'Can I return an opened valve?') =>
  `cards:\n  - id: opened\n    questions: ["${questions}"]\n    answer: |\n      Yes, **30 days**.\n\n      1. Reset it [now].\n    language: en\n    sources: [returns]\n    state: approved\n${fields}`;
const given = 'Yes, **30 days**.\n\n1. Reset it [now].';
const asked = 'can i return an opened valve';

async function ask(
  turns: string | readonly (Pick<Message, 'author' | 'text'> & Partial<Message>)[],
  {
    language,
    now = new Date(),
    isQuoted = false,
  }: { language?: string; now?: Date; isQuoted?: boolean } = {},
) {
  const store = await openKnowledgeBase({ dataDir, embedder, pollIntervalMs: 0 });
  const model = new ScriptedChatModel({ deltas: [composed] });
  const answer = createAnswer({
    knowledgeBase: store.current,
    embedder,
    acts: shippedActs,
    chatModel: isQuoted
      ? { name: 'extractive', model: createExtractiveChatModel({ embedder }) }
      : { name: 'scripted', model },
    calibration: () => calibration,
    now: () => now,
  });
  const conversation = conversationOf(
    ...(typeof turns === 'string' ? [{ author: 'customer' as const, text: turns }] : turns),
  );
  const events = await collectEvents(
    answer({
      conversation: language === undefined ? conversation : { ...conversation, language },
      messageId: 'a',
      replyTo: 'q',
    }),
  );
  await store.close();
  const end = events.at(-1);
  if (end?.type !== 'answer-end') throw new Error(`ended with ${end?.type}`);
  return {
    message: end.message,
    streamed: deltaText(events),
    events: events.map(({ type }) => type),
    given: model.groundings
      .flatMap((grounding) => grounding?.passages.map(({ chunk }) => chunk.text) ?? [])
      .join('\n'),
  };
}

describe('an approved answer card', () => {
  it('is given word for word with its source, and no model is asked', async () => {
    await folder.write('help/a.answers.yaml', card());
    expect((await ingest()).cards).toEqual({ approved: 1, draft: 0, stale: 0, expired: 0 });
    const { message, streamed, events } = await ask(asked);
    expect(message).toMatchObject({
      decision: 'answer',
      text: given,
      cards: ['a.answers.yaml#opened'],
      model: { name: 'card' },
      citations: [{ number: 1, documentId: 'returns', title: 'Returns', url: '/help/returns' }],
    });
    expect(message.citations?.[0]?.quote).toContain('An opened valve can be returned');
    expect(streamed).toBe(given);
    expect(events).toEqual(['answer-start', 'sources-available', 'answer-delta', 'answer-end']);
  });

  it.each([
    ['a draft', card().replace('state: approved', 'state: draft')],
    ['expired', card('    valid_until: 2026-01-31\n')],
    ['for agents', card('    audience: internal\n')],
    ['in another language', card().replace('language: en', 'language: de')],
    ['for an article that there is not', card().replace('[returns]', '[gone]')],
    ['for one more product', card('', 'Can I return an opened bridge?')],
    ['for the opposite', card('', 'Can I not return an opened valve?')],
  ])('is not given while it is %s', async (_what, yaml) => {
    await folder.write('help/a.answers.yaml', yaml);
    await ingest();
    const { message } = await ask(asked, { language: 'en-GB', now: new Date('2026-02-01T00:00:00Z') });
    expect(message).toMatchObject({ text: composed, model: { name: 'scripted' } });
    expect(message.cards).toBeUndefined();
  });

  it('is given until the end of its last day', async () => {
    await folder.write('help/a.answers.yaml', card('    valid_until: 2026-01-31\n'));
    await ingest();
    expect((await ask(asked, { now: new Date('2026-01-31T23:00:00Z') })).message.text).toBe(given);
  });

  it('is not said again in one conversation, neither to a complaint nor to the same question', async () => {
    await folder.write('help/a.answers.yaml', card());
    await ingest();
    const before = [
      { author: 'customer', text: asked },
      { author: 'bot', text: given, decision: 'answer', cards: ['a.answers.yaml#opened'] },
    ] as const;
    const complained = await ask([...before, { author: 'customer', text: 'that did not help' }]);
    expect(complained.message).toMatchObject({ decision: 'clarify' });
    const again = await ask([...before, { author: 'customer', text: asked }]);
    expect(again.message).toMatchObject({ decision: 'answer', text: composed });
  });

  it.each([
    ['Is there wifi on the opened valve?', given],
    ['Is there wifi on it?', composed],
  ])('is given later in a conversation, too, where it says all: %s', async (question, text) => {
    await folder.write('help/a.answers.yaml', card('', 'Is there wifi on the opened valve?'));
    await ingest();
    const { message } = await ask([
      { author: 'customer', text: 'how do I sign in' },
      { author: 'bot', text: composed, decision: 'answer' },
      { author: 'customer', text: question },
    ]);
    expect(message.text).toBe(text);
  });

  it('that only nearly matches is one of the passages that an answer is written from', async () => {
    await folder.write('help/a.answers.yaml', card());
    await ingest();
    const near = await ask('can an opened valve be returned remotely');
    expect(near.message).toMatchObject({ text: composed, model: { name: 'scripted' } });
    expect(near.message.cards).toBeUndefined();
    expect(near.given).toContain('Yes, **30 days**.');
    expect((await ask('how do I sign in')).given).not.toContain('Yes, **30 days**.');
  });

  it('is not given where two cards fit alike', async () => {
    await folder.write('help/a.answers.yaml', card());
    await folder.write('help/b.answers.yaml', card());
    await ingest();
    expect((await ask(asked)).message.text).toBe(composed);
  });

  it('is given to its question with words of asking besides', async () => {
    await folder.write('help/a.answers.yaml', card());
    await ingest();
    expect((await ask('long opened valve, can I return it?')).message.text).toBe(given);
  });
});

describe('cards of other kinds', () => {
  it('hands over at once, every time, with what the team wants to be said', async () => {
    await folder.write(
      'help/a.answers.yaml',
      card().replace('id: opened', 'id: opened\n    kind: hand-over'),
    );
    await ingest();
    const { message, events } = await ask([
      { author: 'customer', text: asked },
      { author: 'bot', text: given, decision: 'handoff', cards: ['a.answers.yaml#opened'] },
      { author: 'customer', text: asked },
    ]);
    expect(message).toMatchObject({ decision: 'handoff', cards: ['a.answers.yaml#opened'] });
    expect(message.text.startsWith(given)).toBe(true);
    expect(message.text).toContain('person of our team');
    expect(events).toContain('handoff-request');
  });

  const notice =
    'cards:\n  - id: down\n    kind: notice\n    questions: [Is sign in broken?]\n    answer: Signing in fails today.\n    sources: [sign-in]\n    valid_until: 2026-05-01T12:00Z\n    state: approved\n';
  it('shows a notice to who asks for it, and first in an answer on its topic, until its end and once', async () => {
    await folder.write('help/a.answers.yaml', notice);
    await ingest();
    const during = { now: new Date('2026-05-01T11:00:00Z') };
    expect((await ask('is sign in broken?', during)).message).toMatchObject({
      decision: 'answer',
      text: 'Signing in fails today.',
    });
    const topic = 'where do I type my password on the page to sign in';
    const { message, streamed } = await ask(topic, during);
    expect(message).toMatchObject({
      decision: 'answer',
      text: `Signing in fails today.\n\n${composed}`,
      cards: ['a.answers.yaml#down'],
      model: { name: 'scripted' },
    });
    expect(streamed).toBe(message.text);
    expect((await ask('can an opened valve be returned', during)).message.text).toBe(composed);
    expect((await ask(topic, { now: new Date('2026-05-01T13:00:00Z') })).message.text).toBe(composed);
    const later = await ask(
      [{ author: 'customer', text: topic }, message, { author: 'customer', text: `${topic} please` }],
      during,
    );
    expect(later.message.text).toBe(composed);
  });
});

describe('a message with several questions', () => {
  const boat =
    '  - id: keys\n    questions: [Who lost the keys of the boathouse?]\n    answer: |\n      Nobody.\n\n      | Key | Hook |\n      | --- | --- |\n      | red | 4 |\n    language: en\n    sources: [sign-in]\n    state: approved\n';
  const signIn = 'Where do I type my password to sign in?';
  const keys = 'Who lost the keys of the boathouse?';

  it('gets each card word for word, with its source, beside what is quoted', async () => {
    await folder.write('help/a.answers.yaml', card() + boat);
    await ingest();
    const { message, streamed } = await ask(`Can I return an opened valve? ${signIn}`, { isQuoted: true });
    expect(message.text).toContain(`**Can I return an opened valve?**\n\n${given}\n\n**${signIn}**`);
    expect(message.text).toContain('Open the page and type your password to sign in. [1]');
    expect(message).toMatchObject({
      decision: 'answer',
      cards: ['a.answers.yaml#opened'],
      citations: [
        { number: 1, documentId: 'sign-in' },
        { number: 2, documentId: 'returns', url: '/help/returns' },
      ],
    });
    expect(streamed).toBe(message.text);
  });

  it('is nothing but cards where each question has one', async () => {
    await folder.write('help/a.answers.yaml', card() + boat);
    await ingest();
    const { message } = await ask(`Can I return an opened valve? ${keys}`, { isQuoted: true });
    expect(message.text).toContain('Nobody.\n\n| Key | Hook |\n| --- | --- |\n| red | 4 |');
    expect(message).toMatchObject({
      cards: ['a.answers.yaml#opened', 'a.answers.yaml#keys'],
      model: { name: 'card' },
      citations: [
        { number: 1, documentId: 'returns' },
        { number: 2, documentId: 'sign-in' },
      ],
    });
  });

  it('goes to a person where one of them is for a person alone', async () => {
    await folder.write(
      'help/a.answers.yaml',
      card() + boat.replace('id: keys', 'id: keys\n    kind: hand-over'),
    );
    await ingest();
    for (const text of [`${signIn} ${keys}`, `${keys} Can I return an opened valve?`]) {
      const { message, events } = await ask(text, { isQuoted: true });
      expect(message).toMatchObject({ decision: 'handoff', cards: ['a.answers.yaml#keys'] });
      expect(events).toContain('handoff-request');
    }
  });

  it('shows a notice once, also where it answers one of them', async () => {
    await folder.write(
      'help/a.answers.yaml',
      'cards:\n  - id: down\n    kind: notice\n    questions: [Is sign in broken today?]\n    answer: Signing in fails today.\n    sources: [sign-in]\n    valid_until: 2099-05-01\n    state: approved\n',
    );
    await ingest();
    const { message } = await ask(`${signIn} Is sign in broken today?`, { isQuoted: true });
    expect(message.text.split('Signing in fails today.')).toHaveLength(2);
    expect(message.cards).toEqual(['a.answers.yaml#down']);
  });
});

describe('ingestion of cards', () => {
  const cards = async () => (await openCurrentGeneration(dataDir))?.cards ?? [];

  it('publishes nothing while nothing changed, and embeds only questions that are new', async () => {
    await folder.write('help/a.answers.yaml', card());
    await ingest();
    const [before] = await cards();
    expect(await ingest()).toMatchObject({ published: false });
    await folder.write('help/a.answers.yaml', card('    product: Valve\n'));
    const embedded = embedder.documentsEmbedded;
    expect(await ingest()).toMatchObject({ published: true });
    expect(embedder.documentsEmbedded).toBe(embedded);
    expect((await cards())[0]?.version).not.toBe(before?.version);
  });

  it('marks a card stale when its source changed, says so, and gives it again once somebody has edited it', async () => {
    await folder.write('help/a.answers.yaml', card());
    await ingest();
    const changed = '---\nid: returns\ntitle: Returns\n---\nAn opened valve can be returned within 14 days.';
    await folder.write('help/returns.md', changed);
    const summary = await ingest();
    expect(summary.cards).toMatchObject({ approved: 0, stale: 1 });
    expect(describeJob(summary)).toContain('Cards      0 in use, 1 stale');
    expect((await ask(asked)).message.text).toBe(composed);
    // It stays so until somebody looks at it.
    await ingest();
    expect(await cards()).toMatchObject([{ staleSources: ['returns'] }]);
    await folder.write('help/a.answers.yaml', card('    reviewer: Ben, in May\n'));
    expect((await ingest()).cards).toMatchObject({ approved: 1, stale: 0 });
    expect((await ask(asked)).message.text).toBe(given);
  });

  it('marks a card stale whose reviewer read another version', async () => {
    await folder.write('help/a.answers.yaml', card("    reviewed: {returns: '0123456789ab'}\n"));
    expect((await ingest()).cards).toMatchObject({ stale: 1 });
  });

  it('knows cards of one source and articles of another apart', async () => {
    await folder.write('cards/a.answers.yaml', card());
    await ingest();
    await ingest('cards');
    expect(await cards()).toMatchObject([{ id: 'a.answers.yaml#opened', source: 'cards', staleSources: [] }]);
    await folder.write('help/returns.md', '---\nid: returns\ntitle: Returns\n---\nNothing can be returned.');
    expect((await ingest()).cards).toMatchObject({ stale: 1 });
    const { sources } = await removeSource({ dataDir, name: 'cards' });
    expect(sources.map(({ name }) => name)).toEqual(['help']);
    expect(await cards()).toEqual([]);
  });

  it('reads the good cards of a file with a bad one', async () => {
    await folder.write('help/a.answers.yaml', `${card()}  - id: bad\n    questions: []\n`);
    const summary = await ingest();
    expect(summary.cards).toMatchObject({ approved: 1 });
    expect(summary.counts?.quarantined).toBe(1);
    expect(summary.quarantineFile).toBeDefined();
  });
});
