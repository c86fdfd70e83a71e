import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '#core/events.ts';
import { journalledAnswer } from '#core/journalled-answer.ts';
import { collectEvents, deltaText } from '../testing/fixtures.ts';
import { continueAnswer } from './continue-answer.ts';

const citation = { number: 1, documentId: 'd', chunkId: 'd#0', title: 'T', quote: 'q' };

function answerOf(pieces: readonly string[], end?: ChatEvent): ChatEvent[] {
  return [
    { type: 'answer-start', messageId: 'a', replyTo: 'q' },
    { type: 'sources-available', messageId: 'a', citations: [citation] },
    ...pieces.map((text): ChatEvent => ({ type: 'answer-delta', messageId: 'a', text })),
    end ?? {
      type: 'answer-end',
      message: { id: 'a', author: 'bot', text: pieces.join(''), createdAt: '2026-01-01', replyTo: 'q' },
      reason: 'complete',
    },
  ];
}
async function* stream(events: readonly ChatEvent[]): AsyncGenerator<ChatEvent> {
  yield* events;
}
const resumed = (journal: readonly ChatEvent[], again: readonly ChatEvent[]) =>
  collectEvents(continueAnswer(journalledAnswer('a', journal), stream(again)));
const pieces = fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { maxLength: 12 });

describe('continueAnswer', () => {
  it('completes the same text wherever the first attempt was cut and however the second one is split', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(), fc.nat(9), async (first, cutSeed, size) => {
        const all = answerOf(first);
        const cut = all.slice(0, cutSeed % all.length);
        const text = first.join('');
        const second = text.match(new RegExp(`[^]{1,${size + 1}}`, 'g')) ?? [];
        const rest = await resumed(cut, answerOf(second));
        const joined = journalledAnswer('a', [...cut, ...rest]);
        expect(joined.text).toBe(text);
        expect(rest.at(-1)).toMatchObject({ type: 'answer-end', message: { text } });
        if (cut.length > 0) expect(rest.map(({ type }) => type)).not.toContain('answer-start');
      }),
    );
  });

  it('begins anew when the second text is another one, so that what is shown is never a mixture', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, pieces, async (first, second) => {
        const cut = answerOf(first).slice(0, -1);
        const rest = await resumed(cut, answerOf(second));
        expect(journalledAnswer('a', [...cut, ...rest]).text).toBe(second.join(''));
      }),
    );
  });

  it('ends with the text that replaced another one, wherever the first attempt was cut', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.string(), fc.nat(), async (quoted, written, cutSeed) => {
        const all = answerOf(quoted, {
          type: 'answer-end',
          message: { id: 'a', author: 'bot', text: written, createdAt: '2026-01-01', replyTo: 'q' },
          reason: 'complete',
        });
        const replaced: ChatEvent = {
          type: 'answer-replaced',
          messageId: 'a',
          text: written,
          citations: [citation],
          reason: 'written',
        };
        all.splice(-1, 0, { type: 'answer-queued', messageId: 'a', place: 1 }, replaced);
        const cut = all.slice(0, cutSeed % all.length);
        const rest = await resumed(cut, all);
        expect(journalledAnswer('a', [...cut, ...rest]).text).toBe(written);
        expect(rest.at(-1)).toMatchObject({ type: 'answer-end', message: { text: written } });
      }),
    );
  });

  it('does not repeat sources or a handoff that the journal has', async () => {
    const handoff: ChatEvent = { type: 'handoff-request', reason: 'unanswered' };
    const cut = [...answerOf(['One ']).slice(0, -1), handoff];
    const again = answerOf(['One ', 'two']);
    again.splice(3, 0, handoff);
    expect((await resumed(cut, again)).map(({ type }) => type)).toEqual(['answer-delta', 'answer-end']);
  });

  it('gives up when the second attempt fails before it has caught up, and lets a failure behind that through', async () => {
    const failure: ChatEvent = {
      type: 'answer-error',
      messageId: 'a',
      code: 'model-unavailable',
      message: 'm',
      retryable: true,
    };
    const cut = answerOf(['One ', 'two']).slice(0, -1);
    await expect(resumed(cut, answerOf(['One'], failure))).rejects.toMatchObject({
      code: 'model-unavailable',
    });
    expect(deltaText(await resumed(cut, answerOf(['One two', ' three'], failure)))).toBe(' three');
    expect(await resumed(answerOf([]).slice(0, 1), answerOf([], failure))).toEqual([failure]);
  });
});
