// Who looks after a conversation, and how that changes: the table of states and actions. Pure, so that a store can apply it inside a
// transaction and two agents cannot both win.
//
//   bot --request--> waiting --take--> person --give-back--> bot
//                       ^-----return------'    --resolve--> resolved --customer-wrote--> bot
//
// From waiting and person the customer may go back to the assistant, too.
import type { HandoffReason } from './conversation.ts';
import { AppError } from './errors.ts';

/**
 * `bot`: the assistant answers; `waiting`: it still answers, and a person was promised; `person`: one of the team replies and the
 * assistant is silent; `resolved`: nobody owes the customer anything.
 */
export type HandlingState = 'bot' | 'waiting' | 'person' | 'resolved';

/** Somebody of the team. Customers see the name. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

export interface Handling {
  readonly state: HandlingState;
  /** When it came into this state, or was assigned. ISO 8601. */
  readonly since: string;
  /** Who replies (`person`), or is meant to take it (`waiting`). */
  readonly owner?: Person;
  /** Why a person was asked for, until it is resolved or given back. */
  readonly reason?: HandoffReason;
  /** Since when a customer waits for a person's word. ISO 8601. Absent while they do not. */
  readonly waitingSince?: string;
  /** Out of sight until then, or until the customer writes. ISO 8601. */
  readonly snoozedUntil?: string;
  /** The customer went back to the assistant by themselves; until the next change. */
  readonly returnedBy?: 'customer';
}

interface ByPerson {
  readonly by: Person;
  /** May act on what another person owns, as a lead may; default false. */
  readonly overrides?: boolean;
}

export type HandlingAction =
  | { readonly type: 'request'; readonly reason: HandoffReason }
  | ({ readonly type: 'take' } & ByPerson)
  /** To somebody who has not taken it yet; undefined: to nobody. */
  | ({ readonly type: 'assign'; readonly to: Person | undefined } & ByPerson)
  /** To the queue: nobody owns it. */
  | ({ readonly type: 'return' } & ByPerson)
  /** To the assistant. */
  | ({ readonly type: 'give-back' } & ByPerson)
  | ({ readonly type: 'snooze'; readonly until: string } & ByPerson)
  | ({ readonly type: 'resolve' } & ByPerson)
  | ({ readonly type: 'reply' } & ByPerson)
  /** Nobody of the team did it: an owner who was silent for too long, or did not take what was assigned to them. */
  | { readonly type: 'forgotten' }
  | { readonly type: 'customer-wrote' }
  /** The customer would rather talk to the assistant again, whoever has the conversation. */
  | { readonly type: 'customer-returned' };

/** Danger first, a technical failure last. */
const weightOf: Readonly<Record<HandoffReason, number>> = {
  danger: 4,
  'customer-request': 3,
  card: 2,
  unanswered: 1,
  'service-error': 0,
};

/** The handling of a new conversation. */
export function newHandling(at: string): Handling {
  return { state: 'bot', since: at };
}

/**
 * What the action makes of it; the same object if it changes nothing. Throws `conflict` when somebody else owns the conversation, or when
 * the action does not fit the state.
 */
export function changeHandling(handling: Handling, action: HandlingAction, at: string): Handling {
  const { state, owner } = handling;
  if ('by' in action && owner && owner.id !== action.by.id && state === 'person' && !action.overrides)
    throw new AppError('conflict', `${owner.id} owns the conversation.`, {
      publicMessage: `${owner.name} is looking after this conversation.`,
    });
  const { snoozedUntil: _, returnedBy: _gone, ...awake } = handling;
  switch (action.type) {
    case 'request': {
      const reason = weightier(handling.reason, action.reason);
      if (state === 'waiting' || state === 'person')
        return reason === handling.reason ? handling : { ...handling, reason };
      return { state: 'waiting', since: at, waitingSince: at, reason };
    }
    case 'take':
      if (state === 'person' && owner?.id === action.by.id) return handling;
      return { ...awake, state: 'person', since: at, owner: action.by };
    case 'assign': {
      if (state === 'resolved') throw unfit('The conversation is resolved: it cannot be assigned.');
      if (action.to?.id === owner?.id) return handling;
      const { owner: _before, ...unowned } = awake;
      const waiting = {
        ...unowned,
        state: 'waiting' as const,
        since: at,
        waitingSince: handling.waitingSince ?? at,
      };
      return action.to ? { ...waiting, owner: action.to } : waiting;
    }
    case 'return':
    case 'forgotten': {
      const isAssigned = action.type === 'forgotten' && state === 'waiting' && owner !== undefined;
      if (state !== 'person' && !isAssigned) throw unfit('Nobody of the team has the conversation.');
      const { owner: _before, ...unowned } = awake;
      return { ...unowned, state: 'waiting', since: at, waitingSince: handling.waitingSince ?? at };
    }
    case 'give-back':
      return state === 'bot' ? handling : { state: 'bot', since: at };
    case 'customer-returned':
      return state === 'waiting' || state === 'person'
        ? { state: 'bot', since: at, returnedBy: 'customer' }
        : handling;
    case 'snooze':
      if (state !== 'waiting' && state !== 'person')
        throw unfit('Only a conversation that waits for a person can be put off.');
      return { ...handling, snoozedUntil: action.until };
    case 'resolve':
      return state === 'resolved' ? handling : { state: 'resolved', since: at };
    case 'reply': {
      if (state !== 'person') throw unfit('Take the conversation over before you reply.');
      const { waitingSince: _answered, ...answered } = awake;
      return answered;
    }
    case 'customer-wrote':
      if (state === 'resolved') return { state: 'bot', since: at };
      if (state === 'person') return { ...awake, waitingSince: handling.waitingSince ?? at };
      return handling.snoozedUntil === undefined ? handling : awake;
  }
}

/** The one of two reasons that a person has to know of. */
export function weightier(first: HandoffReason | undefined, second: HandoffReason): HandoffReason {
  return first !== undefined && weightOf[first] >= weightOf[second] ? first : second;
}

function unfit(publicMessage: string): AppError {
  return new AppError('conflict', publicMessage, { publicMessage });
}
