// From past conversations with times to what a queue is made of: when customers came, and how long each kept an agent busy.
import type { ConversationItem, TranscriptTurn } from '#ingest/item.ts';

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
  /** The agent had to learn something of the customer first: no answer given at once could have been the end of it. */
  readonly askedBack: boolean;
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
        askedBack: turns.some(({ role, text }) => role === 'agent' && asksBack(text)),
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

const courtesies =
  /\b(?:anything|something|any ?one) else\b|\b(?:how|what) (?:can|may|could|else)\b[^?]{0,20}\b(?:i|we)\b[^?]{0,12}\b(?:help|assist|do)\b|\bhow are you\b|\bdoes (?:that|this) help\b/i;
const requests =
  /\b(?:dm|direct message|private message|pm) (?:us|me)\b|\b(?:send|give|message|provide|share|tell)(?: to| with)? (?:us|me)\b|\b(?:via|by|in an?|through) (?:dm|direct message|private message|pm)\b|\blet (?:us|me) know (?:your|which|what|if|when|the)\b|\bplease (?:confirm|provide|share|send|dm)\b/i;

/** A question, or a request for details; "anything else?" and the like are neither. */
export function asksBack(text: string): boolean {
  const sentences = text.match(/[^.!?\n]+[.!?]*/g) ?? [];
  return sentences.some(
    (sentence) => !courtesies.test(sentence) && (sentence.trimEnd().endsWith('?') || requests.test(sentence)),
  );
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
