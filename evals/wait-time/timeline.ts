// From past conversations with times to what a queue is made of: when customers came, and how long each kept an agent busy.
import type { ConversationItem, TranscriptTurn } from '../../ingest/item.ts';

export interface Visit {
  readonly id: string;
  /** What the customer wrote before an agent replied. */
  readonly question: string;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
  /** Seconds until the first agent's reply. */
  readonly firstReplySeconds: number;
  /** Seconds of an agent's time. */
  readonly handlingSeconds: number;
  readonly turns: readonly TranscriptTurn[];
}

/**
 * An agent works on a conversation from one turn to the reply to it. A longer pause than this is time with other customers, or a customer
 * who has gone: it counts as this much. Seconds.
 */
export const longestWorkingPause = 300;

/** By time. Left out: conversations without times, without a customer's question first, or without a reply. */
export function visitsOf(conversations: readonly ConversationItem[]): Visit[] {
  const drafts = conversations.flatMap(({ id, turns }) => {
    const reply = turns.findIndex(({ role }) => role === 'agent');
    const first = turns[0];
    if (reply < 1 || first?.time === undefined || turns.some(({ time }) => time === undefined)) return [];
    const pauses = turns
      .slice(reply)
      .flatMap((turn, index, rest) =>
        turn.role === 'agent' && index > 0 ? [workingSeconds(turn.time! - rest[index - 1]!.time!)] : [],
      );
    return [
      {
        id,
        question: turns
          .slice(0, reply)
          .map(({ text }) => text)
          .join('\n'),
        arrivedAt: first.time,
        firstReplySeconds: (turns[reply]!.time! - first.time) / 1000,
        pauses,
        turns,
      },
    ];
  });
  // The first reply's own writing time is hidden behind the wait for it: the typical one of later replies stands for it.
  const all = drafts.flatMap(({ pauses }) => pauses).sort((a, b) => a - b);
  const typical = all[Math.floor(all.length / 2)] ?? 60;
  return drafts
    .map(({ pauses, ...visit }) => ({
      ...visit,
      handlingSeconds: pauses.reduce((sum, pause) => sum + pause, typical),
    }))
    .sort((a, b) => a.arrivedAt - b.arrivedAt);
}

const workingSeconds = (milliseconds: number) =>
  Math.min(longestWorkingPause, Math.max(1, milliseconds / 1000));

/** Seconds between one arrival and the next while the desk is open; a longer gap than `closedGapHours` is a night or a weekend. */
export function openGaps(visits: readonly Visit[], closedGapHours = 8): number[] {
  return visits
    .slice(1)
    .map(({ arrivedAt }, index) => (arrivedAt - visits[index]!.arrivedAt) / 1000)
    .filter((gap) => gap <= closedGapHours * 3600);
}
