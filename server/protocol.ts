// What crosses the wire: bodies of the HTTP interface and events of the socket. docs/api.md shows them in use.
// The browser's code takes the types only.
import { z } from 'zod';
import type { ErrorCode } from '#core/errors.ts';
import type { JournalEntry, LiveSignal } from '#core/events.ts';

/** 128 bits, base64url without padding: ids of conversations and their tokens. */
export const secretId = z.string().regex(/^[A-Za-z0-9_-]{22}$/);
/** Made by the client, for example a UUID. The same id sent twice is the same message. */
const messageId = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/);
/** BCP 47. */
export const language = z.string().regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/);
/** All but tab and the line ends. */
const controlCharacters = /(?![\t\n\r])\p{Cc}/gu;
/** Something that can be seen: a text has at least one. Written so that every dialect of regular expressions reads it alike. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is meant.
export const visible = /[^\s\u0000-\u001f\u007f-\u00a0\ufeff]/;
/** In the schema of a text whose limit is the server's setting. */
export const messageLimitMark = 'x-message-limit';
/** UTF-16 code units. Control characters say nothing and are dropped. */
export const prose = (most: number) =>
  z
    .string()
    .max(most)
    .regex(visible)
    .transform((value) => value.toWellFormed().replace(controlCharacters, '').trim());
/** Bounds every message before the configured limit is looked at. */
export const messageText = z
  .string()
  .max(100_000)
  .regex(visible)
  .meta({ [messageLimitMark]: true })
  .transform((value) => value.toWellFormed().replace(controlCharacters, '').trim());
const text = messageText;
const email = z.email().max(254);
const sequence = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const rating = z.enum(['up', 'down']);
const comment = z.string().max(2_000);

/** Signed by the website's server: docs/widget.md. */
const identity = z.string().max(4_000);

export const conversationBody = z.strictObject({
  language: language.optional(),
  identity: identity.optional(),
});
export const pictureQuery = z.object({ id: messageId });
export const identityBody = z.strictObject({ identity });
export const ratingBody = z.strictObject({ rating, comment: comment.optional() });
/** Without an address: to the one that the conversation has. */
export const transcriptBody = z.strictObject({ email: email.optional() });
export const messageBody = z.strictObject({ id: messageId.optional(), text });
export const cancelBody = z.strictObject({ messageId });
export const feedbackBody = z.strictObject({ messageId, rating, comment: comment.optional() });
export const handoffBody = z.strictObject({ email: email.optional() });
/** The customer writes. Said again every three seconds while they do; the server forgets it after eight. Answered with 204. */
export const typingBody = z.strictObject({ typing: z.boolean() });

const owned = { conversationId: secretId, token: secretId };

/** Client to server. Each is acknowledged with an `Acknowledgement`. */
export const socketRequests = {
  'conversation-create': conversationBody,
  /** Entries after `after` follow as `entry` events, then new ones as they come. A second `resume` replaces the first. */
  resume: z.strictObject({ ...owned, after: sequence }),
  /** Follows the conversation from this message on, unless it is followed already. */
  'message-send': z.strictObject({ ...owned, messageId, text }),
  /** `messageId` names the answer, or the customer's message that it answers. */
  'answer-cancel': z.strictObject({ ...owned, messageId }),
  'feedback-send': z.strictObject({ ...owned, messageId, rating, comment: comment.optional() }),
  'handoff-request': z.strictObject({ ...owned, email: email.optional() }),
  /** See `typingBody`. */
  typing: z.strictObject({ ...owned, typing: z.boolean() }),
} as const;

export type SocketRequestName = keyof typeof socketRequests;
export type SocketRequest<Name extends SocketRequestName> = z.input<(typeof socketRequests)[Name]>;

export interface SocketReplies {
  'conversation-create': {
    readonly conversationId: string;
    readonly token: string;
    readonly verified?: boolean;
  };
  resume: object;
  /** Without `answerId` a person answers. */
  'message-send': { readonly sequence: number; readonly answerId?: string };
  'answer-cancel': { readonly cancelled: boolean };
  'feedback-send': object;
  'handoff-request': object;
  typing: object;
}

export type Acknowledgement<Reply> =
  | ({ readonly ok: true } & Reply)
  | { readonly ok: false; readonly error: WireError };

export interface WireError {
  readonly code: ErrorCode;
  /** For people. */
  readonly message: string;
  readonly retryable: boolean;
  /** Quote it when reporting a problem: the server's log has it too. HTTP only. */
  readonly requestId?: string;
  readonly retryAfterMs?: number;
}

/** To one who follows a conversation. */
export type FollowerSignal = LiveSignal & { readonly conversationId: string };

/**
 * `typing` and `read` come beside the journal, only while one follows it; `read` also at once when one begins to, and always with the
 * highest number so far. As server-sent events they carry no id and are named: `event: typing`, `event: read`; the data is the same.
 */
export interface ServerToClientEvents {
  entry: (entry: JournalEntry) => void;
  /** A person of the team; what customers type is told to the team alone. */
  typing: (signal: Extract<FollowerSignal, { readonly type: 'typing' }>) => void;
  read: (signal: Extract<FollowerSignal, { readonly type: 'read' }>) => void;
}

export type ClientToServerEvents = {
  [Name in SocketRequestName]: (
    request: SocketRequest<Name>,
    acknowledge: (acknowledgement: Acknowledgement<SocketReplies[Name]>) => void,
  ) => void;
};

/** Somebody of the team who a customer talks to, as `GET …/people` says. */
export interface ConversationPerson {
  readonly name: string;
  /** `GET …/people/{picture}` gives it. */
  readonly picture: string;
}

/** Body of every refusal: HTTP status 4xx or 5xx. */
export interface ErrorBody {
  readonly error: WireError;
}

/** `200` of `GET /api/desk?language=de`: whether people are there, and what to tell a customer who wants one. */
export interface DeskStatus {
  readonly open: boolean;
  /** When people are there again; ISO 8601. Absent while they are. */
  readonly opensAt?: string;
  /** When a person answers, in the customer's language. Absent where the team promises nothing. */
  readonly promise?: string;
}

/** `200` of `GET /api/conversations/:id/service`. */
export const serviceStatus = z
  .object({
    state: z.enum(['bot', 'waiting', 'person', 'resolved']),
    /** 1 is next. Only while the customer waits. */
    place: z.number().int().optional(),
    /** A person's reply reaches the customer by mail, too. */
    hasEmail: z.boolean(),
    canSendPictures: z.boolean(),
    /** The conversation can be sent by mail. */
    canTakeAlong: z.boolean(),
  })
  .meta({ id: 'ServiceStatus' });
export type ServiceStatus = z.output<typeof serviceStatus>;

/** `200` of `GET /api/conversations`. */
export const ownConversations = z
  .object({
    conversations: z.array(
      z.object({
        id: z.string(),
        createdAt: z.string(),
        updatedAt: z.string(),
        state: z.enum(['bot', 'waiting', 'person', 'resolved']),
        question: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'OwnConversations' });
export type OwnConversations = z.output<typeof ownConversations>;

const picture = z
  .object({ id: z.string(), width: z.number().int(), height: z.number().int() })
  .meta({ id: 'Picture' });

/** `200` of `POST /api/conversations/:id/pictures`. */
export const pictureTaken = z.object({ sequence: z.number().int(), picture }).meta({ id: 'PictureTaken' });
export type PictureTaken = z.output<typeof pictureTaken>;

export const errorBody = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string().describe('For people.'),
      retryable: z.boolean(),
      requestId: z.string().optional(),
      retryAfterMs: z.number().optional(),
    }),
  })
  .meta({ id: 'Error' });

/** `201` of `POST /api/v1/conversations` and of `POST /api/v1/conversations/:id/token`. */
export const conversationCreated = z
  .object({
    id: z.string(),
    token: z.string(),
    /** It belongs to the visitor whom the identity token names. */
    verified: z.boolean().optional(),
  })
  .meta({ id: 'ConversationCreated' });
export type ConversationCreated = z.output<typeof conversationCreated>;

/** The rest of a message is described in docs/api.md. */
const conversationMessage = z
  .looseObject({
    id: z.string(),
    author: z.enum(['customer', 'bot', 'person']),
    text: z.string(),
    createdAt: z.string(),
  })
  .meta({ id: 'ConversationMessage' });

export const conversation = z
  .object({
    id: z.string(),
    createdAt: z.string(),
    language: z.string().optional(),
    messages: z.array(conversationMessage),
    handoff: z.object({ reason: z.string(), at: z.string(), email: z.string().optional() }).optional(),
    visitor: z
      .object({ id: z.string(), name: z.string().optional(), email: z.string().optional() })
      .optional(),
    rating: z.object({ rating, comment: comment.optional(), at: z.string() }).optional(),
  })
  .meta({ id: 'Conversation' });

/** Each type of event has its fields: docs/api.md. */
export const journalEntry = z
  .object({
    conversationId: z.string(),
    sequence: z.number().int(),
    event: z.looseObject({ type: z.string() }),
  })
  .meta({ id: 'JournalEntry' });
