import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sentenceGuard } from '#chat/write/guard-sentences.ts';
import type { ScoredChunk } from '#core/document.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { randomFrom } from '#learning/metrics/random.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { madeExample, passage } from '../testing/made-example.ts';
import { type AnsweredQuestion, questionOfSection, questionsOfConversation } from './answered-question.ts';
import { balanceExamples } from './balance-examples.ts';
import { citeAnswer } from './cite-answer.ts';
import { makeExamples } from './make-examples.ts';
import { findPersonalData } from './personal-data.ts';
import { splitExamples } from './split-examples.ts';

/** Supported is what shares most of its words. */
const openGuard = sentenceGuard({
  supportedFrom: 0.6,
  scorer: {
    async score(sentence, text) {
      const words = tokenizeForSearch(sentence);
      const held = new Set(tokenizeForSearch(text));
      return words.filter((word) => held.has(word)).length / Math.max(1, words.length);
    },
  },
});

const reset = passage('reset', 'Hold the dial for ten seconds to reset the lamp. The light turns white.');
const battery = passage(
  'battery',
  'The battery lasts for two years. Replace it with a new one of the same kind.',
);
const parcel = passage('parcel', 'Parcels arrive within three days. The carrier writes an e-mail to you.');

function question(
  answer: string,
  turns = [{ author: 'customer' as const, text: 'How do I reset the lamp?' }],
): AnsweredQuestion {
  return {
    kind: 'conversation',
    id: 'c-1',
    source: 'chat',
    group: 'c-1',
    language: 'en',
    labels: {},
    turns,
    answer,
  };
}
const tools = (found: readonly ScoredChunk[], refusals = 0) => ({
  retriever: { retrieve: async () => [...found] },
  openGuard,
  room: { contextTokens: 2_048, maxTokens: 300, countTokens: (text: string) => Math.ceil(text.length / 3) },
  refusals,
  seed: 1,
});

describe('an example of a conversation', () => {
  it('is the prompt of the desk, and the agent’s own sentences that an article supports, with citations', async () => {
    const answer =
      'No worries, that happens! Hold the dial for ten seconds to reset the lamp. I have also sent you a voucher over 20 pounds.';
    const [made, ...more] = await makeExamples(question(answer), tools([battery, reset, parcel]), {});
    expect(more).toEqual([]);
    const [system, user, assistant] = made!.example.messages;
    expect(system!.role).toBe('system');
    expect(user!.content).toContain('How do I reset the lamp?');
    const number = /<passage number="(\d)">\s*reset/.exec(user!.content)![1];
    expect(assistant!.content).toBe(`Hold the dial for ten seconds to reset the lamp [${number}].`);
    expect(made).toMatchObject({ teaches: 'answer', cut: 2, example: { conversationId: 'c-1' } });
  });

  it('without the passages that answer is one that says so', async () => {
    const made = await makeExamples(
      question('Hold the dial for ten seconds to reset the lamp.'),
      tools([reset, battery, parcel], 1),
      {},
    );
    expect(made.map(({ teaches }) => teaches)).toEqual(['answer', 'refusal']);
    const [, user, assistant] = made[1]!.example.messages;
    expect(user!.content).not.toContain('Hold the dial');
    expect(user!.content).toContain('battery');
    expect(assistant!.content).toMatch(/don't know/);
  });

  it('is no refusal where another article says the same', async () => {
    const twin = passage('twin', 'To reset the lamp, hold the dial for ten seconds.');
    const made = await makeExamples(
      question('Hold the dial for ten seconds to reset the lamp.'),
      tools([reset, battery, twin], 1),
      {},
    );
    for (const one of made.filter(({ teaches }) => teaches === 'refusal'))
      expect(one.example.messages[1]!.content).not.toMatch(/hold the dial/i);
  });

  it('is not made where no article supports the answer, a step is missing, or a placeholder would be learnt', async () => {
    const answers = [
      'We are closed today.',
      '1. Hold the dial for ten seconds to reset the lamp.\n2. Call our shop in Leeds.',
      '[NAME 1], hold the dial for ten seconds to reset the lamp.',
    ];
    for (const answer of answers)
      expect(await makeExamples(question(answer), tools([reset, battery]), {})).toEqual([]);
  });

  it('changes an answer only by cutting', async () => {
    const sentences = [
      'Hold the dial for ten seconds to reset the lamp.',
      'The light turns white.',
      'The battery lasts for two years.',
      'I will ask a colleague.',
      'Your order left us on Monday!',
    ];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(sentences, { minLength: 1 }), async (some) => {
        const cited = await citeAnswer(some.join(' '), [reset, battery], { openGuard });
        const left = cited?.text.replace(/ \[\d\]/g, '') ?? '';
        const kept = some.filter((sentence) => left.includes(sentence));
        expect(left.replace(/\s+/g, ' ')).toBe(kept.join(' '));
      }),
      { numRuns: 40 },
    );
  });
});

describe('what is learnt from', () => {
  const turns = [
    { author: 'customer' as const, text: 'hello' },
    { author: 'bot' as const, text: 'Hello! What can I help you with?' },
    { author: 'customer' as const, text: 'How do I reset it?' },
    { author: 'person' as const, text: 'Hold the dial.' },
    { author: 'person' as const, text: 'For ten seconds please.' },
  ];
  const record = { id: 'c', origin: 'chat' as const, source: 'chat', problem: 'reset', turns };

  it('is what a person said in one go, with all that was said before', () => {
    expect(questionsOfConversation(record, { resolved: 'yes' })).toMatchObject([
      { answer: 'Hold the dial.\n\nFor ten seconds please.', turns: turns.slice(0, 3), group: 'c' },
    ]);
  });

  it.each([
    ['was not settled', {}, {}, 'not resolved'],
    ['helped badly', { resolved: 'yes', quality: 'poor' }, {}, 'rated badly'],
    ['the customer did not like', { resolved: 'yes' }, { rated: 'down' as const }, 'rated badly'],
    ['no person answered', { resolved: 'yes' }, { turns: turns.slice(0, 3) }, 'no answer of a person'],
  ])('is no conversation that %s', (_what, labels, more, why) => {
    expect(questionsOfConversation({ ...record, ...more }, labels)).toBe(why);
  });

  it('of an article is a section under its heading', () => {
    const { chunk } = passage('Lamp', '## Reset\n\nHold the dial.');
    expect(questionOfSection({ ...chunk, headingPath: ['Use', 'Reset'] })).toMatchObject({
      kind: 'article',
      turns: [{ text: 'Lamp: Reset' }],
      answer: 'Hold the dial.',
    });
  });
});

const examples = fc.array(
  fc.record({
    group: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    day: fc.integer({ min: 1, max: 28 }),
    intent: fc.constantFrom('x', 'x', 'x', 'y'),
  }),
  { maxLength: 40 },
);
const made = (rows: { group: string; day: number; intent: string }[]) =>
  rows.map(({ group, day, intent }, index) =>
    madeExample({ id: `c-${index}`, group, at: `2026-01-${`${day}`.padStart(2, '0')}`, labels: { intent } }),
  );

describe('the split', () => {
  it('has each customer in one part, and what judges is newer than what is learnt from', () => {
    fc.assert(
      fc.property(examples, (rows) => {
        const all = made(rows);
        const { train, validation, test } = splitExamples(all, { validation: 0.2, test: 0.2 });
        expect(train.length + validation.length + test.length).toBe(all.length);
        const last = (part: typeof train) =>
          [...Map.groupBy(part, ({ from }) => from.group)].map(
            ([, own]) =>
              own
                .map(({ from }) => from.at!)
                .sort()
                .at(-1)!,
          );
        const groups = [train, validation, test].flatMap((part) => [
          ...new Set(part.map(({ from }) => from.group)),
        ]);
        expect(new Set(groups).size).toBe(groups.length);
        for (const newer of last(test))
          for (const older of [...last(train), ...last(validation)]) expect(newer >= older).toBe(true);
        for (const newer of last(validation))
          for (const older of last(train)) expect(newer >= older).toBe(true);
      }),
    );
  });

  it('learns from articles and from what has no date', () => {
    const { at: _at, ...undated } = madeExample().from;
    const all = [madeExample({ kind: 'article', id: 'a' }), { ...madeExample(), from: undated }];
    expect(splitExamples(all, { validation: 0.5, test: 0.5 }).train).toHaveLength(2);
  });
});

describe('balancing', () => {
  it('brings the classes closer together, adds no example, and is the same in every run', () => {
    const random = randomFrom(4);
    const all = Array.from({ length: 300 }, (_, index) =>
      madeExample({ id: `c-${index}`, labels: { intent: random() < 0.9 ? 'common' : 'rare' } }),
    );
    const balanced = balanceExamples(all, { by: ['intent'], seed: 1 });
    const rare = (some: typeof all) =>
      some.filter(({ from }) => from.labels.intent === 'rare').length / some.length;
    expect(rare(balanced)).toBeGreaterThan(2 * rare(all));
    expect(balanced.every((one) => all.includes(one))).toBe(true);
    expect(balanceExamples(all, { by: ['intent'], seed: 1 })).toEqual(balanced);
    expect(balanceExamples(all, { by: [], seed: 1 })).toEqual(all);
  });
});

describe('the last look', () => {
  it('finds what patterns and the model find in what people said, and names its kind alone', async () => {
    const found = await findPersonalData(
      [
        madeExample(),
        madeExample({
          turns: [{ author: 'customer', text: 'I am Joan Pettigrew, write to joan@pettigrew.example' }],
        }),
      ],
      {
        redactor: createDefaultRedactor(),
        isPublished: () => false,
        entities: {
          find: async (texts) =>
            texts.map((text) =>
              text.includes('Joan') ? [{ kind: 'name' as const, start: 5, end: 19 }] : [],
            ),
        },
      },
    );
    expect(found).toHaveLength(1);
    expect(found[0]!.kinds).toEqual(['email', 'name']);
  });
});
