// Which customers an answer would have helped so far that they needed no person. Nobody asked the customers. So there are three accounts:
// a cautious one, one by the golden questions, and the most that can be.
import type { AskRecord } from '#evals/core/ask.ts';
import { type Agreements, shareBeyondChance } from './agreement.ts';
import { type ObservedCustomer, uncertainShare } from './deflection.ts';
import type { Visit } from './timeline.ts';

export interface ReplayedAnswer {
  readonly visit: Visit;
  readonly reply: AskRecord;
}

/** Answers with every fact, of the answers to the golden questions. */
export interface GoldenPrecision {
  readonly right: number;
  readonly answered: number;
}

export interface Scenario {
  /** Behind the ids of its metrics. */
  readonly suffix: string;
  /** In a chart. */
  readonly name: string;
  readonly words: string;
  readonly customers: readonly ObservedCustomer[];
  /** Of those answered, who then needs no person. */
  readonly share: number | ((random: () => number) => number);
}

export interface HelpedInput {
  /** Those of the replayed visits that the bot answered. */
  readonly answered: readonly ReplayedAnswer[];
  /** In the order of `answered`. */
  readonly agreement: Agreements;
  readonly precision: GoldenPrecision;
}

export interface Helped {
  /** By id of the visit, the probability that the answer was all that was needed, counted cautiously; absent is 0. */
  readonly helped: ReadonlyMap<string, number>;
  readonly scenarios: readonly Scenario[];
}

export function whoIsHelped(
  replayed: readonly ReplayedAnswer[],
  { answered, agreement: { agreeing, chance }, precision }: HelpedInput,
): Helped {
  // Where the agent had to ask something, an answer given at once cannot have been the end of it.
  const settled = answered.flatMap(({ visit }, index) =>
    visit.askedBack ? [] : [{ id: visit.id, agrees: agreeing[index]! }],
  );
  const settledIds = new Set(settled.map(({ id }) => id));
  const beyondChance = (list: Readonly<typeof settled>) =>
    shareBeyondChance(
      list.map(({ agrees }) => agrees),
      chance,
    );
  const agreeingCount = settled.filter(({ agrees }) => agrees).length;
  const credit = agreeingCount === 0 ? 0 : (beyondChance(settled) * settled.length) / agreeingCount;
  const customers = (isAnswered: (entry: ReplayedAnswer) => boolean): ObservedCustomer[] =>
    replayed.map((entry) => ({
      handlingSeconds: entry.visit.handlingSeconds,
      answered: isAnswered(entry),
    }));
  const everyAnswer = customers(({ reply }) => reply.decision === 'answer');
  return {
    helped: new Map(settled.map(({ id, agrees }) => [id, agrees ? credit : 0])),
    scenarios: [
      {
        suffix: '',
        name: 'cautious',
        words:
          'counting as helped only those whose agent asked nothing back and whose answer says what the agent said (chance taken out)',
        customers: customers(({ visit }) => settledIds.has(visit.id)),
        share: uncertainShare(settled, beyondChance),
      },
      {
        suffix: '-like-golden',
        name: 'as often right as on golden questions',
        words: 'if answers help as often as they are complete on the golden questions',
        customers: everyAnswer,
        share: uncertainShare(
          Array.from({ length: precision.answered }, (_, index) => index < precision.right),
          (list) => list.filter(Boolean).length / Math.max(1, list.length),
        ),
      },
      {
        suffix: '-all-resolved',
        name: 'every answer helps (the most)',
        words: 'if every answer helped (the most that can be)',
        customers: everyAnswer,
        share: 1,
      },
    ],
  };
}
