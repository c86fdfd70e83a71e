import { describe, expect, it } from 'vitest';
import type { AnswerCard } from '#core/answer-card.ts';
import type { Conversation, Message } from '#core/conversation.ts';
import { AppError } from '#core/errors.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { type AnswerDependencies, createAnswer } from './answer.ts';
import { type AnswerMemoryOptions, createAnswerMemory } from './answer-memory.ts';
import {
  cannedEmbedder,
  cannedKnowledgeBase,
  collectEvents,
  conversationOf,
  cosineCalibration,
  deltaText,
  ScriptedChatModel,
  scored,
  shippedActs,
} from './testing/fixtures.ts';

const question = 'How do I reset the thermostat to its factory settings?';
const notice: AnswerCard = {
  id: 'cards.yaml#outage',
  source: 'cards',
  version: '1',
  knownSources: {},
  staleSources: [],
  kind: 'notice',
  questions: ['How do I reset the thermostat?'],
  answer: 'Resets take long today.',
  audience: 'customer',
  language: 'en',
  sources: ['reset'],
  validUntil: '2026-03-01',
  state: 'approved',
};

interface DeskOptions extends Partial<AnswerDependencies>, Partial<AnswerMemoryOptions> {
  readonly text?: string;
  readonly cosine?: number;
}

function desk({ text = 'Hold the dial [1].', cosine = 0.9, ...extra }: DeskOptions = {}) {
  let searched = 0;
  const newKnowledgeBase = (more: Partial<KnowledgeBase> = {}): KnowledgeBase => {
    const canned = cannedKnowledgeBase([scored(makeChunk({ documentId: 'reset' }), { cosine })]);
    return {
      ...canned,
      retrieve(query, options) {
        searched += 1;
        return canned.retrieve(query, options);
      },
      ...more,
    };
  };
  let knowledgeBase = newKnowledgeBase();
  let calibration = cosineCalibration;
  let now = new Date('2026-02-28T12:00:00.000Z');
  const dependencies: AnswerDependencies = {
    knowledgeBase: () => knowledgeBase,
    calibration: () => calibration,
    now: () => now,
    embedder: cannedEmbedder(),
    acts: shippedActs,
    chatModel: { name: 'scripted', model: new ScriptedChatModel({ deltas: [text] }) },
    ...extra,
  };
  const memory = createAnswerMemory({ ...dependencies, ...extra });
  const answer = memory.remember(createAnswer(dependencies));
  const askIn = async (conversation: Conversation, id = 'a') => {
    const before = searched;
    const replyTo = conversation.messages.at(-1)!.id;
    const events = await collectEvents(answer({ conversation, messageId: id, replyTo }));
    return { events, isLookedUp: searched > before };
  };
  return {
    memory,
    askIn,
    ask: (asked = question, id?: string) => askIn(conversationOf({ author: 'customer', text: asked }), id),
    newKnowledgeBase,
    use: (other: KnowledgeBase) => {
      knowledgeBase = other;
    },
    calibrate: (other: typeof cosineCalibration) => {
      calibration = other;
    },
    wait: (until: string) => {
      now = new Date(until);
    },
  };
}

describe('answers to what was asked lately', () => {
  it('are the same, with ids and a time of their own, and nothing is looked up for them', async () => {
    const { ask, askIn, wait } = desk({ text: 'Hold the dial [1]. Then wait.' });
    const first = await ask();
    wait('2026-02-28T13:00:00.000Z');
    const conversation = {
      ...conversationOf({ author: 'customer', text: question }),
      id: 'other',
      messages: [{ id: 'q2', author: 'customer', text: question, createdAt: '' }] as Message[],
    };
    const again = await askIn(conversation, 'b');
    expect([first.isLookedUp, again.isLookedUp]).toEqual([true, false]);
    const readdressed = JSON.parse(
      JSON.stringify(first.events)
        .replaceAll('"a"', '"b"')
        .replaceAll('"q"', '"q2"')
        .replaceAll('T12:00', 'T13:00'),
    );
    expect(again.events).toEqual(readdressed);
    expect(JSON.stringify(again.events)).toBe(JSON.stringify(readdressed));
  });

  it('tell whoever watches what was decided', async () => {
    const decided: unknown[] = [];
    const { ask } = desk({ observer: { decided: ({ decision }) => decided.push(decision) } });
    await ask();
    await ask();
    expect(decided).toEqual(['answer', 'answer']);
  });

  it('are looked up anew in other words, in another language and in a later turn', async () => {
    const { ask, askIn } = desk();
    await ask();
    const asked = { author: 'customer', text: question } as const;
    const inGerman = { ...conversationOf(asked), language: 'de' };
    const later = conversationOf(asked, { author: 'bot', text: 'Hold it.', decision: 'answer' }, asked);
    expect((await ask(`${question} Please.`)).isLookedUp).toBe(true);
    expect((await askIn(inGerman)).isLookedUp).toBe(true);
    expect((await askIn(later)).isLookedUp).toBe(true);
    expect((await ask()).isLookedUp).toBe(false);
  });

  it('are forgotten with the knowledge base and the thresholds that they were made with', async () => {
    const { ask, use, newKnowledgeBase, calibrate, memory } = desk();
    await ask();
    use(newKnowledgeBase());
    expect((await ask()).isLookedUp).toBe(true);
    calibrate({ ...cosineCalibration, answerFrom: 0.99999 });
    const unsure = await ask();
    expect(unsure.isLookedUp).toBe(true);
    expect(unsure.events.at(-1)).not.toMatchObject({ message: { decision: 'answer' } });
    memory.forget();
    expect((await ask()).isLookedUp).toBe(true);
  });

  it('are not kept where the knowledge base changes while they are made', async () => {
    const held = desk();
    const old = held.newKnowledgeBase();
    held.use({
      ...old,
      async retrieve(query, options) {
        held.use(other);
        return old.retrieve(query, options);
      },
    });
    const other = held.newKnowledgeBase();
    await held.ask();
    expect((await held.ask()).isLookedUp).toBe(true);
  });

  it('lose a notice at its end', async () => {
    const { ask, use, newKnowledgeBase, wait } = desk();
    const match = { card: notice, question: notice.questions[0]!, similarity: 0.8, citations: [] };
    use(newKnowledgeBase({ findCards: () => [match] }));
    expect(deltaText((await ask()).events)).toContain('Resets take long today.');
    wait('2026-03-01T23:59:59.999Z');
    const last = await ask();
    expect(last.isLookedUp).toBe(false);
    expect(deltaText(last.events)).toContain('Resets take long today.');
    wait('2026-03-02T00:00:00.000Z');
    const after = await ask();
    expect(after.isLookedUp).toBe(true);
    expect(deltaText(after.events)).not.toContain('Resets');
    expect((await ask()).isLookedUp).toBe(false);
  });

  it('are kept for a minute where there was no time to do all, in searching or in writing', async () => {
    const searching = desk();
    const kb = searching.newKnowledgeBase();
    searching.use({
      ...kb,
      retrieve(query, options) {
        options?.cutShort?.();
        return kb.retrieve(query, options);
      },
    });
    await searching.ask();
    searching.wait('2026-02-28T12:01:00.000Z');
    expect((await searching.ask()).isLookedUp).toBe(false);
    searching.wait('2026-02-28T12:01:00.001Z');
    expect((await searching.ask()).isLookedUp).toBe(true);

    const model = new ScriptedChatModel({ deltas: ['Hold the dial [1].'] });
    const stream = model.stream.bind(model);
    model.stream = (input, options) => {
      options?.grounding?.cutShort?.();
      return stream(input, options);
    };
    const writing = desk({ chatModel: { name: 'hurried', model } });
    await writing.ask();
    expect((await writing.ask()).isLookedUp).toBe(false);
    writing.wait('2026-02-28T12:01:00.001Z');
    expect((await writing.ask()).isLookedUp).toBe(true);
  });

  it('are not kept where they fail, are broken off, hand over, or repeat words of the customer', async () => {
    const failing = desk({
      chatModel: { name: 'broken', model: new ScriptedChatModel({ deltas: [], failure: new Error('no') }) },
    });
    await failing.ask();
    expect((await failing.ask()).isLookedUp).toBe(true);

    const { ask } = desk();
    const several = 'How do I reset the thermostat? Which batteries does the remote control need?';
    await ask(several);
    expect((await ask(several)).isLookedUp).toBe(true);

    const promised: string[] = [];
    const handing = desk({
      promise: async () => {
        promised.push('asked');
        return 'We are here until six.';
      },
    });
    await handing.ask('I want to talk to a person');
    await handing.ask('I want to talk to a person');
    expect(promised).toHaveLength(2);
  });

  it('are so many at most, those asked for longest ago go first', async () => {
    const { ask } = desk({ mostAnswers: 2 });
    const asked = ['reset', 'restart', 'mount'].map((verb) => `How do I ${verb} the thermostat?`);
    for (const text of asked) await ask(text);
    expect((await ask(asked[2])).isLookedUp).toBe(false);
    expect((await ask(asked[1])).isLookedUp).toBe(false);
    expect((await ask(asked[0])).isLookedUp).toBe(true);
    const tight = desk({ mostCharacters: 10 });
    await tight.ask();
    expect((await tight.ask()).isLookedUp).toBe(true);
  });

  it('leave it to who answers to say that there is no knowledge base', async () => {
    const { ask } = desk({
      knowledgeBase: () => {
        throw new AppError('knowledge-base-missing', 'None is published.');
      },
    });
    expect((await ask()).events.at(-1)).toMatchObject({
      type: 'answer-error',
      code: 'knowledge-base-missing',
    });
  });
});
