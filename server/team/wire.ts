// What crosses the wire between the server and the team's programs. The console takes the types only.
import { z } from 'zod';
import { permissions, roles } from '#core/access.ts';
import { inboxViews } from '#core/inbox.ts';
import { secretId } from '../protocol.ts';

/** ISO 8601. */
const time = z.iso.datetime();
/** Made by the client. The same id sent twice is the same thing. */
export const clientId = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/);
const line = (most: number) =>
  z
    .string()
    .transform((value) =>
      value
        .toWellFormed()
        .replace(/\p{Cc}/gu, ' ')
        .trim(),
    )
    .pipe(z.string().min(1).max(most));
/** UTF-16 code units. Control characters say nothing and are dropped. */
export const prose = (most: number) =>
  z
    .string()
    .max(most)
    .transform((value) =>
      value
        .toWellFormed()
        .replace(/(?![\t\n\r])\p{Cc}/gu, '')
        .trim(),
    )
    .pipe(z.string().min(1));

export const ofConversation = z.strictObject({ id: secretId });
export const ofPicture = z.strictObject({ id: secretId, picture: secretId });
export const ofThing = z.strictObject({ id: secretId });
export const email = z.email().max(254);
export const personName = line(100);
export const role = z.enum(roles);
export const permission = z.enum(permissions);
/** Longer ones are refused with a sentence by the accounts. */
export const password = z.string().min(1).max(1_000);

export const person = z.object({ id: z.string(), name: z.string() }).meta({ id: 'Person' });

export const handling = z
  .object({
    state: z.enum(['bot', 'waiting', 'person', 'resolved']),
    since: z.string(),
    owner: person.optional(),
    reason: z.enum(['customer-request', 'unanswered', 'service-error', 'danger', 'card']).optional(),
    waitingSince: z.string().optional(),
    snoozedUntil: z.string().optional(),
    /** The customer went back to the assistant by themselves. */
    returnedBy: z.literal('customer').optional(),
  })
  .meta({ id: 'Handling' });

export const inboxItem = z
  .object({
    conversationId: z.string(),
    createdAt: z.string(),
    language: z.string().optional(),
    handling,
    updatedAt: z.string(),
    unread: z.boolean(),
    email: z.string().optional(),
    /** Who the customer's website says that they are: its server signed it. */
    visitor: z
      .object({ id: z.string(), name: z.string().optional(), email: z.string().optional() })
      .optional(),
    lastMessage: z.object({ author: z.enum(['customer', 'bot', 'person']), text: z.string() }).optional(),
  })
  .meta({ id: 'InboxItem' });

export const inboxQuery = z.strictObject({
  view: z.enum(inboxViews).default('waiting'),
  search: line(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  after: z.string().max(500).optional(),
});

export const inboxPage = z.object({ items: z.array(inboxItem), next: z.string().optional() });
export const inboxCounts = z.record(z.enum(inboxViews), z.number());

export const note = z
  .object({ id: z.string(), author: person, text: z.string(), at: z.string() })
  .meta({ id: 'Note' });

const citation = z.object({
  number: z.number(),
  documentId: z.string(),
  title: z.string(),
  url: z.string().optional(),
  quote: z.string(),
});

export const message = z
  .object({
    id: z.string(),
    author: z.enum(['customer', 'bot', 'person']),
    text: z.string(),
    createdAt: z.string(),
    person: z.object({ name: z.string() }).optional(),
    decision: z.string().optional(),
    citations: z.array(citation).optional(),
    /** Of a customer; `GET /inbox/{id}/pictures/{picture}` gives them. */
    pictures: z.array(z.object({ id: z.string(), width: z.number(), height: z.number() })).optional(),
  })
  .meta({ id: 'Message' });

export const caseDetails = z
  .object({
    item: inboxItem,
    messages: z.array(message),
    rating: z
      .object({ rating: z.enum(['up', 'down']), comment: z.string().optional(), at: z.string() })
      .optional(),
    notes: z.array(note),
    /** Of the last journal entry: what `seen` takes. */
    sequence: z.number(),
    present: z.array(z.object({ person, typing: z.boolean() })),
  })
  .meta({ id: 'Case' });

export const replyBody = z.strictObject({ id: clientId, text: prose(100_000) });
export const noteBody = z.strictObject({ id: clientId, text: prose(10_000) });
export const seenBody = z.strictObject({ sequence: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER) });
export const takeBody = z.strictObject({
  /** Although another person owns it; needs the permission `inbox:lead`. */
  overrides: z.boolean().default(false),
});
export const assignBody = z.strictObject({ userId: secretId.nullable() });
export const snoozeBody = z.strictObject({ until: time });

export const user = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    role,
    disabled: z.boolean(),
    hasSecondFactor: z.boolean(),
    createdAt: z.string(),
    lastSeenAt: z.string().optional(),
  })
  .meta({ id: 'User' });

export const me = z
  .object({
    person,
    kind: z.enum(['user', 'api-key']),
    permissions: z.array(permission),
    /** Of a user. */
    account: z.object({ email: z.string(), role, hasSecondFactor: z.boolean() }).optional(),
  })
  .meta({ id: 'Me' });

export const setup = z.object({ hasAccounts: z.boolean() }).meta({ id: 'Setup' });

/** A link is `BASE/console/password#TOKEN`: what stands behind `#` is never sent to a server, so it is in no log. */
export const link = z.object({ token: z.string(), expiresAt: z.string() }).meta({ id: 'PasswordLink' });

export const session = z
  .object({
    id: z.string(),
    createdAt: z.string(),
    lastSeenAt: z.string(),
    expiresAt: z.string(),
    device: z.string(),
    current: z.boolean(),
  })
  .meta({ id: 'Session' });

export const apiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    permissions: z.array(permission),
    createdAt: z.string(),
    createdBy: z.string(),
    lastUsedAt: z.string().optional(),
  })
  .meta({ id: 'ApiKey' });

export const apiKeyBody = z.strictObject({
  name: line(100),
  permissions: z.array(permission).min(1).max(50),
});

export const auditEntry = z
  .object({
    position: z.number(),
    at: z.string(),
    actor: z.string(),
    action: z.string(),
    subject: z.string().optional(),
    details: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: 'AuditEntry' });

/** Events of the socket namespace `/team`, server to client: what to ask for again. */
export interface TeamServerEvents {
  'conversation-changed': (change: { readonly conversationId: string }) => void;
  'presence-changed': (change: {
    readonly conversationId: string;
    readonly present: readonly { readonly person: z.output<typeof person>; readonly typing: boolean }[];
  }) => void;
  /** To those who look at the conversation. */
  'customer-typing': (change: { readonly conversationId: string; readonly typing: boolean }) => void;
}

/** Client to server. */
export const teamRequests = {
  /** Which conversation is open here; null: none. */
  look: z.strictObject({ conversationId: secretId.nullable() }),
  typing: z.strictObject({ typing: z.boolean() }),
} as const;

export interface TeamClientEvents {
  look: (request: z.input<typeof teamRequests.look>) => void;
  typing: (request: z.input<typeof teamRequests.typing>) => void;
}
