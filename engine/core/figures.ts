// What a team wants to know of its work over time: pure counting of what the store knows, by days of the team's time zone.
import type { Decision, HandoffReason } from './conversation.ts';
import type { TenantId } from './tenant.ts';

/** What counts of one conversation. Times are ISO 8601 in UTC; nothing that anybody wrote is in it. */
export interface CaseFacts {
  readonly createdAt: string;
  /** Of the assistant and of people, in their order. */
  readonly replies: readonly {
    readonly at: string;
    readonly author: 'bot' | 'person';
    /** Absent for what was cut off. */
    readonly decision?: Decision;
  }[];
  /** Each time that a person was asked for, in their order. */
  readonly requests: readonly { readonly at: string; readonly reason: HandoffReason }[];
  /** The last word on each answer. */
  readonly answerRatings: readonly Rated[];
  /** The last word on the whole conversation. */
  readonly rating?: Rated;
}

interface Rated {
  readonly at: string;
  readonly rating: 'up' | 'down';
}

export interface FiguresStore {
  /** Of the conversations that something happened to since then, in portions. Leaves other work its turn between them. */
  caseFacts(tenantId: TenantId, since: string): AsyncIterable<readonly CaseFacts[]>;
}

export interface Counts {
  /** Conversations that began. */
  readonly conversations: number;
  /** Of these, the ones in which nobody asked for a person. */
  readonly withoutPerson: number;
  /** Replies of the assistant, by what they were. */
  readonly decisions: Readonly<Record<Decision, number>>;
  /** Hand-overs by their first reason. Who asks again before a person has replied is counted once. */
  readonly handovers: Readonly<Record<HandoffReason, number>>;
  /** From a hand-over of that day to a person's first word. */
  readonly waits: {
    readonly replied: number;
    /** Nobody has replied yet. */
    readonly open: number;
    readonly medianSeconds?: number;
    /** Nine of ten waited no longer. */
    readonly ninthDecileSeconds?: number;
  };
  readonly conversationRatings: Ratings;
  readonly answerRatings: Ratings;
}

export interface Ratings {
  readonly up: number;
  readonly down: number;
}

export interface Figures {
  readonly timeZone: string;
  /** Oldest first, without gaps; the last one is today. `day`: YYYY-MM-DD. */
  readonly days: readonly (Counts & { readonly day: string })[];
  readonly total: Counts;
}

export interface FiguresCounter {
  add(facts: CaseFacts): void;
  result(): Figures;
}

const dayMs = 24 * 3_600_000;
/** No time zone is further ahead of UTC. */
const farthestAheadMs = 14 * 3_600_000;

interface Tally {
  conversations: number;
  withoutPerson: number;
  readonly decisions: Record<Decision, number>;
  readonly handovers: Record<HandoffReason, number>;
  readonly waitSeconds: number[];
  open: number;
  readonly conversationRatings: { up: number; down: number };
  readonly answerRatings: { up: number; down: number };
}

/** Before this instant nothing can belong to the first of the days. */
export function figuresSince(days: number, now: Date): string {
  return new Date(now.getTime() - days * dayMs - farthestAheadMs).toISOString();
}

export function createFiguresCounter({
  days: count,
  timeZone,
  now,
}: {
  readonly days: number;
  readonly timeZone: string;
  readonly now: Date;
}): FiguresCounter {
  const dayOf = localDays(timeZone);
  const today = Date.parse(dayOf(now.toISOString()));
  const days = Array.from({ length: count }, (_, index) =>
    new Date(today - (count - 1 - index) * dayMs).toISOString().slice(0, 10),
  );
  const tallies = new Map(days.map((day) => [day, newTally()]));
  const total = newTally();

  /** That of the day and that of all; none for what was on no day of these. */
  function talliesOf(at: string): readonly Tally[] {
    const tally = tallies.get(dayOf(at));
    return tally ? [tally, total] : [];
  }

  return {
    add({ createdAt, replies, requests, answerRatings, rating }) {
      for (const tally of talliesOf(createdAt)) {
        tally.conversations += 1;
        if (requests.length === 0) tally.withoutPerson += 1;
      }
      for (const { at, decision } of replies)
        if (decision) for (const tally of talliesOf(at)) tally.decisions[decision] += 1;
      for (const { at, reason, seconds } of handoversOf(requests, replies))
        for (const tally of talliesOf(at)) {
          tally.handovers[reason] += 1;
          if (seconds === undefined) tally.open += 1;
          else tally.waitSeconds.push(seconds);
        }
      for (const given of answerRatings)
        for (const tally of talliesOf(given.at)) tally.answerRatings[given.rating] += 1;
      if (rating) for (const tally of talliesOf(rating.at)) tally.conversationRatings[rating.rating] += 1;
    },
    result: () => ({
      timeZone,
      days: days.map((day) => ({ day, ...countsOf(tallies.get(day)!) })),
      total: countsOf(total),
    }),
  };
}

interface Handover {
  readonly at: string;
  readonly reason: HandoffReason;
  /** Until a person's first word. */
  readonly seconds?: number;
}

function handoversOf(requests: CaseFacts['requests'], replies: CaseFacts['replies']): Handover[] {
  const words = replies.filter(({ author }) => author === 'person').map(({ at }) => at);
  const handovers: Handover[] = [];
  let waitsUntil: string | undefined = '';
  for (const { at, reason } of requests) {
    // It is the same wait until somebody has replied.
    if (waitsUntil === undefined || at < waitsUntil) continue;
    waitsUntil = words.find((word) => word >= at);
    const seconds = waitsUntil === undefined ? undefined : (Date.parse(waitsUntil) - Date.parse(at)) / 1000;
    handovers.push({ at, reason, ...(seconds === undefined ? {} : { seconds }) });
  }
  return handovers;
}

function newTally(): Tally {
  return {
    conversations: 0,
    withoutPerson: 0,
    decisions: { answer: 0, clarify: 0, 'small-talk': 0, decline: 0, handoff: 0 },
    handovers: { 'customer-request': 0, unanswered: 0, 'service-error': 0, danger: 0, card: 0 },
    waitSeconds: [],
    open: 0,
    conversationRatings: { up: 0, down: 0 },
    answerRatings: { up: 0, down: 0 },
  };
}

function countsOf({ waitSeconds, open, ...counts }: Tally): Counts {
  const sorted = waitSeconds.toSorted((a, b) => a - b);
  const [medianSeconds, ninthDecileSeconds] = [quantile(sorted, 0.5), quantile(sorted, 0.9)];
  return {
    ...counts,
    waits: {
      replied: sorted.length,
      open,
      ...(medianSeconds === undefined ? {} : { medianSeconds }),
      ...(ninthDecileSeconds === undefined ? {} : { ninthDecileSeconds }),
    },
  };
}

/** The smallest value that this share of them does not exceed. */
function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** The day of an instant in a time zone. Offsets are whole minutes, so one answer holds for each minute. */
function localDays(timeZone: string): (at: string) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
  const known = new Map<string, string>();
  return (at) => {
    const minute = at.slice(0, 'YYYY-MM-DDTHH:MM'.length);
    const day = known.get(minute) ?? format.format(new Date(at));
    known.set(minute, day);
    return day;
  };
}
