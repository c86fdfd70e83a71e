// What crosses the wire: bodies of the HTTP interface and events of the socket. docs/api.md shows them in use.
// The browser's code takes the types only.
import { z } from 'zod';
import type { CustomerService } from '#chat/runs/customer-work.ts';
import type { Picture } from '#core/conversation.ts';
import type { VisitorConversation } from '#core/customers.ts';
import type { ErrorCode } from '#core/errors.ts';
import type { JournalEntry, LiveSignal } from '#core/events.ts';

/** 128 bits, base64url without padding: ids of conversations and their tokens. */
export const secretId = z.string().regex(/^[A-Za-z0-9_-]{22}$/);
/** Made by the client, for example a UUID. The same id sent twice is the same message. */
const messageId = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/);
/** BCP 47. */
const language = z.string().regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/);
/** All but tab and the line ends. */
const controlCharacters = /(?![\t\n\r])\p{Cc}/gu;
/** Bounds every message before the configured limit is looked at. UTF-16 code units. Control characters say nothing and are dropped. */
const text = z
  .string()
  .max(100_000)
  .transform((value) => value.toWellFormed().replace(controlCharacters, '').trim())
  .pipe(z.string().min(1));
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

/** `201` of `POST /api/conversations` and of `POST /api/conversations/:id/token`. */
export interface ConversationCreated {
  readonly id: string;
  readonly token: string;
  /** It belongs to the visitor whom the identity token names. */
  readonly verified?: boolean;
}

/** `200` of `GET /api/conversations/:id/service`. */
export type ServiceStatus = CustomerService;

/** `200` of `GET /api/conversations`. */
export interface OwnConversations {
  readonly conversations: readonly VisitorConversation[];
}

/** `200` of `POST /api/conversations/:id/pictures`. */
export interface PictureTaken {
  readonly sequence: number;
  readonly picture: Picture;
}
