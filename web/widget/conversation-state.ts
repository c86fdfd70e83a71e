// What the customer sees of a conversation, as a pure fold over the server's journal: the same entries give the same
// state, however often the connection was cut, repeated or out of order in between. Knows no network and no DOM.
import type {
  Author,
  Citation,
  Decision,
  HandoffReason,
  Message,
  Picture,
  Topic,
} from '#core/conversation.ts';
import type { AnswerEndReason, ChatEvent, JournalEntry } from '#core/events.ts';
import type { HandlingState } from '#core/handling.ts';

export interface ShownMessage {
  readonly id: string;
  readonly author: Author;
  readonly text: string;
  /** `streaming` until the server says how it ended; a customer's message in the journal is always `complete`. */
  readonly status: 'streaming' | AnswerEndReason | 'failed';
  readonly citations: readonly Citation[];
  /** In the queue for the chat model, until the first text; 1 is next. */
  readonly place?: number | undefined;
  /** The name of the person who wrote it. */
  readonly person?: string | undefined;
  /** No words of anybody: from here on somebody else looks after the conversation. */
  readonly change?: HandlingState;
  readonly pictures?: readonly Picture[] | undefined;
  /** Of a customer's message: where it stands in the journal. */
  readonly sequence?: number;
  readonly decision?: Decision | undefined;
  /** What the desk offers when it asks back, as a numbered list of the text. */
  readonly topics?: readonly Topic[] | undefined;
  readonly replyTo?: string | undefined;
  readonly failure?: { readonly code: string; readonly message: string; readonly retryable: boolean };
}

export interface ConversationState {
  /** Of the last entry applied; 0 before the first. */
  readonly sequence: number;
  /** An entry from beyond `sequence + 1` came: what lies between must be fetched. */
  readonly gap: boolean;
  readonly messages: readonly ShownMessage[];
  readonly handoff?: HandoffReason;
  /** Absent: the assistant. */
  readonly handling?: HandlingState;
  /** How the customer found the conversation. */
  readonly rating?: 'up' | 'down';
}

export const emptyConversation: ConversationState = { sequence: 0, gap: false, messages: [] };

/** Entries already seen change nothing; an entry from the future only raises `gap`. */
export function reduceConversation(state: ConversationState, entry: JournalEntry): ConversationState {
  if (entry.sequence <= state.sequence) return state;
  if (entry.sequence > state.sequence + 1) return state.gap ? state : { ...state, gap: true };
  return { ...applyEvent(state, entry), sequence: entry.sequence, gap: false };
}

function applyEvent(state: ConversationState, { event, sequence }: JournalEntry): ConversationState {
  switch (event.type) {
    case 'customer-message': {
      // Whoever writes again after the end talks to the assistant.
      const { handling, ...rest } = state;
      return put(handling === 'resolved' ? rest : state, {
        ...fromJournal(event.message, 'complete'),
        sequence,
      });
    }
    case 'person-message':
      return put(state, fromJournal(event.message, 'complete'));
    case 'handling-changed':
      return put(
        { ...state, handling: event.state },
        {
          id: `handling-${sequence}`,
          author: 'person',
          text: '',
          status: 'complete',
          citations: [],
          change: event.state,
          person: event.person?.name,
        },
      );
    case 'answer-start':
      return put(state, {
        id: event.messageId,
        author: 'bot',
        text: '',
        status: 'streaming',
        citations: [],
        replyTo: event.replyTo,
      });
    case 'sources-available':
      return change(state, event.messageId, () => ({ citations: event.citations }));
    case 'answer-delta':
      return change(state, event.messageId, ({ text }) => ({ text: text + event.text, place: undefined }));
    case 'answer-replaced':
      return change(state, event.messageId, () => ({ text: event.text, citations: event.citations }));
    case 'answer-queued':
      return change(state, event.messageId, () => ({ place: event.place }));
    case 'answer-end':
      return event.reason === 'cancelled' && state.handling === 'person'
        ? givenUp(state, event.message)
        : put(state, fromJournal(event.message, event.reason));
    case 'answer-error':
      return putFailure(state, event);
    case 'handoff-request':
      // Whoever has the conversation keeps it.
      return {
        ...state,
        handoff: event.reason,
        handling: state.handling === 'person' ? 'person' : 'waiting',
      };
    case 'conversation-rated':
      return { ...state, rating: event.rating };
    default:
      // A newer server may know more events than this copy of the widget.
      return state;
  }
}

function fromJournal(message: Message, status: AnswerEndReason): ShownMessage {
  return {
    id: message.id,
    author: message.author,
    text: message.text,
    status,
    citations: message.citations ?? [],
    person: message.person?.name,
    decision: message.decision,
    topics: message.topics,
    pictures: message.pictures,
    replyTo: message.replyTo,
  };
}

/** What the assistant had said when a person took over stays; an answer that had not begun is nothing to see. */
function givenUp(state: ConversationState, message: Message): ConversationState {
  if (message.text) return put(state, fromJournal(message, 'complete'));
  return { ...state, messages: state.messages.filter(({ id }) => id !== message.id) };
}

function putFailure(
  state: ConversationState,
  event: Extract<ChatEvent, { type: 'answer-error' }>,
): ConversationState {
  const { messageId: id, code, message, retryable } = event;
  const known = state.messages.find((shown) => shown.id === id);
  return put(state, {
    ...(known ?? { id, author: 'bot', text: '', citations: [] }),
    status: 'failed',
    failure: { code, message, retryable },
  });
}

function put(state: ConversationState, message: ShownMessage): ConversationState {
  const index = state.messages.findIndex(({ id }) => id === message.id);
  const messages = index < 0 ? [...state.messages, message] : state.messages.with(index, message);
  return { ...state, messages };
}

function change(
  state: ConversationState,
  id: string,
  changes: (message: ShownMessage) => Partial<ShownMessage>,
): ConversationState {
  const message = state.messages.find((shown) => shown.id === id);
  return message ? put(state, { ...message, ...changes(message) }) : state;
}

/** The answer that is being written right now, if any. */
export function streamingAnswer(state: ConversationState): ShownMessage | undefined {
  return state.messages.findLast(({ status }) => status === 'streaming');
}

/** Something is owed to the customer: an answer that is being written, or has not begun, or a person's word. */
export function awaitsAnswer(state: ConversationState): boolean {
  return (
    state.handling === 'person' ||
    state.handling === 'waiting' ||
    isOwedAnswer(state) ||
    streamingAnswer(state) !== undefined
  );
}

/** The customer has said the last word, and the assistant answers. Pictures are for people. */
export function isOwedAnswer({ handling, messages }: ConversationState): boolean {
  const last = messages.at(-1);
  return handling !== 'person' && last?.author === 'customer' && !last.pictures;
}
