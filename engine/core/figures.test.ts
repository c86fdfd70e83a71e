import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CaseFacts, createFiguresCounter, type Figures, figuresSince } from './figures.ts';

const now = new Date('2026-03-10T12:00:00.000Z');
const quiet: CaseFacts = {
  createdAt: '2026-03-10T10:00:00.000Z',
  replies: [],
  requests: [],
  answerRatings: [],
};

function count(facts: readonly Partial<CaseFacts>[], { days = 3, timeZone = 'UTC' } = {}): Figures {
  const counter = createFiguresCounter({ days, timeZone, now });
  for (const one of facts) counter.add({ ...quiet, ...one });
  return counter.result();
}
const at = (time: string) => `2026-03-10T${time}:00.000Z`;
const person = (time: string) => ({ at: at(time), author: 'person' }) as const;
const asks = (time: string, reason: 'danger' | 'unanswered' = 'unanswered') => ({ at: at(time), reason });

describe('figures', () => {
  it('have each day up to today, also those on which nothing happened', () => {
    expect(count([{}]).days.map(({ day, conversations }) => `${day} ${conversations}`)).toEqual([
      '2026-03-08 0',
      '2026-03-09 0',
      '2026-03-10 1',
    ]);
  });

  it('put what happens about midnight on the day of the time zone', () => {
    const late = [{ createdAt: '2026-03-09T23:30:00.000Z' }, { createdAt: '2026-03-09T18:20:00.000Z' }];
    const begun = (timeZone: string) =>
      count(late, { timeZone }).days.map(({ conversations }) => conversations);
    expect(begun('UTC')).toEqual([0, 2, 0]);
    expect(begun('Europe/Berlin')).toEqual([0, 1, 1]);
    expect(begun('Asia/Kathmandu')).toEqual([0, 0, 2]);
  });

  it('keep days apart where clocks are put forward', () => {
    const counter = createFiguresCounter({
      days: 3,
      timeZone: 'Europe/Berlin',
      now: new Date('2026-03-30T10:00:00.000Z'),
    });
    expect(counter.result().days.map(({ day }) => day)).toEqual(['2026-03-28', '2026-03-29', '2026-03-30']);
  });

  it('count a wait once, however often the customer asks, and from its beginning', () => {
    const { total } = count([
      { requests: [asks('10:00'), asks('10:05', 'danger')], replies: [person('10:10')] },
    ]);
    expect(total.handovers).toMatchObject({ unanswered: 1, danger: 0 });
    expect(total.waits).toEqual({ replied: 1, open: 0, medianSeconds: 600, ninthDecileSeconds: 600 });
  });

  it('count another hand-over after a person has replied, and those that nobody has replied to', () => {
    const { total } = count([
      { requests: [asks('10:00'), asks('11:00'), asks('11:30')], replies: [person('10:01')] },
    ]);
    expect(total.waits).toEqual({ replied: 1, open: 1, medianSeconds: 60, ninthDecileSeconds: 60 });
  });

  it('tell which conversations needed nobody, what the assistant did, and how that was rated', () => {
    const { total } = count([
      {
        replies: [
          { at: at('10:00'), author: 'bot', decision: 'answer' },
          { at: at('10:01'), author: 'bot' },
        ],
        answerRatings: [{ at: at('10:02'), rating: 'up' }],
        rating: { at: at('10:03'), rating: 'down' },
      },
      { requests: [asks('10:00')] },
    ]);
    expect(total).toMatchObject({
      conversations: 2,
      withoutPerson: 1,
      decisions: { answer: 1, decline: 0 },
      answerRatings: { up: 1, down: 0 },
      conversationRatings: { up: 0, down: 1 },
    });
  });

  it('have in all what they have on the days, whatever the time zone', () => {
    const time = fc
      .date({ min: new Date('2026-02-20'), max: now, noInvalidDate: true })
      .map((date) => date.toISOString());
    const facts = fc.record({
      createdAt: time,
      replies: fc.array(fc.record({ at: time, author: fc.constantFrom('bot' as const, 'person' as const) })),
      requests: fc.array(fc.record({ at: time, reason: fc.constant('danger' as const) })),
      answerRatings: fc.array(
        fc.record({ at: time, rating: fc.constantFrom('up' as const, 'down' as const) }),
      ),
    });
    const zones = fc.constantFrom('UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kathmandu');
    fc.assert(
      fc.property(fc.array(facts), zones, (cases, timeZone) => {
        const { days, total } = count(cases, { days: 30, timeZone });
        const sum = (of: (day: (typeof days)[number]) => number) =>
          days.reduce((all, day) => all + of(day), 0);
        expect(sum(({ conversations }) => conversations)).toBe(total.conversations);
        expect(sum(({ handovers }) => handovers.danger)).toBe(total.handovers.danger);
        expect(sum(({ waits }) => waits.replied + waits.open)).toBe(total.handovers.danger);
        expect(sum(({ answerRatings: { up, down } }) => up + down)).toBe(
          total.answerRatings.up + total.answerRatings.down,
        );
      }),
    );
  });

  it('begin no earlier than the store is asked for', () => {
    for (const timeZone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'UTC']) {
      const before = new Date(Date.parse(figuresSince(3, now)) - 60_000).toISOString();
      expect(count([{ createdAt: before }], { timeZone }).total.conversations).toBe(0);
    }
  });
});
