import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from './errors.ts';
import { changeHandling, type Handling, type HandlingAction, newHandling, type Person } from './handling.ts';

const mia: Person = { id: 'mia', name: 'Mia' };
const tom: Person = { id: 'tom', name: 'Tom' };
const start = newHandling('t0');

const refusal = (publicMessage?: string) =>
  expect.objectContaining({ code: 'conflict', ...(publicMessage ? { publicMessage } : {}) });

function stateAfter(...actions: HandlingAction[]): Handling {
  return actions.reduce(
    (handling, action, index) => changeHandling(handling, action, `t${index + 1}`),
    start,
  );
}
const asked: HandlingAction = { type: 'request', reason: 'unanswered' };
const taken: HandlingAction = { type: 'take', by: mia };

describe('changeHandling', () => {
  it('goes from the assistant to a person and back', () => {
    expect(stateAfter(asked)).toEqual({
      state: 'waiting',
      since: 't1',
      waitingSince: 't1',
      reason: 'unanswered',
    });
    expect(stateAfter(asked, taken)).toEqual({
      state: 'person',
      since: 't2',
      waitingSince: 't1',
      reason: 'unanswered',
      owner: mia,
    });
    expect(stateAfter(asked, taken, { type: 'reply', by: mia })).not.toHaveProperty('waitingSince');
    expect(stateAfter(asked, taken, { type: 'give-back', by: mia })).toEqual({ state: 'bot', since: 't3' });
    expect(stateAfter(asked, taken, { type: 'resolve', by: mia }, { type: 'customer-wrote' })).toEqual({
      state: 'bot',
      since: 't4',
    });
  });

  it('lets one of two agents win, and tells the other who it is', () => {
    const losing = () => changeHandling(stateAfter(asked, taken), { type: 'take', by: tom }, 't3');
    expect(losing).toThrow(refusal('Mia is looking after this conversation.'));
    expect(stateAfter(asked, taken, { type: 'take', by: tom, overrides: true }).owner).toEqual(tom);
  });

  it('lets only the owner reply, and nobody before it is taken', () => {
    for (const by of [tom, mia])
      expect(() => changeHandling(stateAfter(asked), { type: 'reply', by }, 't')).toThrow(refusal());
    expect(() => changeHandling(stateAfter(asked, taken), { type: 'reply', by: tom }, 't')).toThrow(
      refusal(),
    );
  });

  it.each([
    ['unanswered', 'danger', 'danger'],
    ['danger', 'customer-request', 'danger'],
    ['service-error', 'unanswered', 'unanswered'],
  ] as const)('of the reasons %s and %s keeps %s', (first, second, kept) => {
    expect(stateAfter({ type: 'request', reason: first }, { type: 'request', reason: second }).reason).toBe(
      kept,
    );
  });

  it('returns a forgotten one to the queue, waiting as long as the customer does', () => {
    const wrote = stateAfter(asked, taken, { type: 'reply', by: mia }, { type: 'customer-wrote' });
    expect(wrote.waitingSince).toBe('t4');
    expect(changeHandling(wrote, { type: 'forgotten' }, 't5')).toEqual({
      state: 'waiting',
      since: 't5',
      waitingSince: 't4',
      reason: 'unanswered',
    });
  });

  it('wakes one that was put off when the customer writes', () => {
    const snoozed = stateAfter(asked, { type: 'snooze', until: 'later', by: mia });
    expect(snoozed.snoozedUntil).toBe('later');
    expect(changeHandling(snoozed, { type: 'customer-wrote' }, 't3')).not.toHaveProperty('snoozedUntil');
  });

  it('never leaves a state that contradicts itself, whatever comes in whatever order', () => {
    const by = fc.constantFrom(mia, tom);
    const action: fc.Arbitrary<HandlingAction> = fc.oneof(
      fc.record({
        type: fc.constant('request' as const),
        reason: fc.constantFrom('danger', 'unanswered', 'customer-request'),
      }),
      fc.record({
        type: fc.constantFrom('take', 'return', 'give-back', 'resolve', 'reply'),
        by,
        overrides: fc.boolean(),
      }),
      fc.record({
        type: fc.constant('assign' as const),
        to: fc.option(by, { nil: undefined }),
        by,
        overrides: fc.boolean(),
      }),
      fc.record({
        type: fc.constant('snooze' as const),
        until: fc.constant('later'),
        by,
        overrides: fc.boolean(),
      }),
      fc.record({ type: fc.constantFrom('customer-wrote', 'forgotten') }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        let handling = start;
        for (const next of actions) {
          try {
            handling = changeHandling(handling, next, 't');
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(AppError);
          }
          const { state, owner, waitingSince, snoozedUntil, reason } = handling;
          // A person's conversation has an owner, one that waits says since when, and the others owe nothing.
          if (state === 'person') expect(owner).toBeDefined();
          if (state === 'waiting') expect(waitingSince).toBeDefined();
          if (state === 'bot' || state === 'resolved')
            expect([owner, waitingSince, snoozedUntil, reason]).toEqual([
              undefined,
              undefined,
              undefined,
              undefined,
            ]);
        }
      }),
    );
  });
});
