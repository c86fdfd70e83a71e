// What crosses the wire between the server and the team's programs. The console takes the types only.
import { z } from 'zod';
import { permissions, roles } from '#core/access.ts';
import { inboxViews } from '#core/inbox.ts';
import { noticeKinds } from '#core/notices.ts';
import { isTimeZone, weekdays } from '#core/office-hours.ts';
import { replyVariables } from '#core/reply-variables.ts';
import { messageText, prose, secretId, visible } from '../protocol.ts';

/** ISO 8601. */
const time = z.iso.datetime();
/** Made by the client. The same id sent twice is the same thing. */
export const clientId = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/);
const line = (most: number) =>
  z
    .string()
    .max(most)
    .regex(visible)
    .transform((value) =>
      value
        .toWellFormed()
        .replace(/\p{Cc}/gu, ' ')
        .trim(),
    );

export const ofConversation = z.strictObject({ id: secretId });
export const ofPicture = z.strictObject({ id: secretId, picture: secretId });
/** Names the picture of somebody: `GET /people/pictures/{id}` gives it. */
const face = z.string().optional();
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
    /** Of a customer who waits: until when an answer is promised, and from when on that is close. */
    promise: z.object({ warnAt: z.string(), dueAt: z.string() }).optional(),
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

const attempt = z.object({
  questionId: z.string(),
  question: z.string(),
  answer: z
    .object({
      messageId: z.string(),
      decision: z.string().optional(),
      person: z.string().optional(),
      titles: z.array(z.string()),
      rating: z.enum(['up', 'down']).optional(),
    })
    .optional(),
});
/** The conversation's case in another system. `pending`: not there yet; `gone`: deleted there. */
const bridge = z
  .object({
    label: z.string(),
    state: z.enum(['pending', 'open', 'closed', 'gone']),
    since: z.string(),
    id: z.string().optional(),
    url: z.string().optional(),
    /** Why the last attempt to bring something there failed, until one succeeds. */
    error: z.string().optional(),
  })
  .meta({ id: 'Bridge' });

export const delivery = z
  .object({
    id: z.string(),
    conversationId: z.string(),
    kind: z.enum(noticeKinds),
    channel: z.string(),
    createdAt: z.string(),
    attempts: z.number(),
    state: z.enum(['pending', 'sent', 'given-up']),
    nextAt: z.string(),
    error: z.string().optional(),
  })
  .meta({ id: 'Delivery' });

export const caseDetails = z
  .object({
    item: inboxItem,
    messages: z.array(message),
    rating: z
      .object({ rating: z.enum(['up', 'down']), comment: z.string().optional(), at: z.string() })
      .optional(),
    notes: z.array(note),
    /** What the customer asked and what became of it, oldest first. */
    tried: z.array(attempt),
    /** Until when the visitor may not write. */
    block: z.object({ id: z.string(), until: z.string() }).optional(),
    /** Absent where there is no bridge. */
    bridge: bridge.optional(),
    /** Of the last journal entry: what `seen` takes. */
    sequence: z.number(),
    present: z.array(z.object({ person, typing: z.boolean() })),
  })
  .meta({ id: 'Case' });

export const replyBody = z.strictObject({ id: clientId, text: messageText });
export const noteBody = z.strictObject({ id: clientId, text: prose(10_000) });
export const seenBody = z.strictObject({ sequence: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER) });
export const takeBody = z.strictObject({
  /** Although another person owns it; needs the permission `inbox:lead`. */
  overrides: z.boolean().default(false),
});
export const assignBody = z.strictObject({ userId: secretId.nullable() });
export const snoozeBody = z.strictObject({ until: time });

/** Until when; at most a year. */
export const blockBody = z.strictObject({ until: time });

export const block = z
  .object({
    id: z.string(),
    conversationId: z.string(),
    createdAt: z.string(),
    until: z.string(),
    by: person,
    /** It holds for all conversations of somebody whom the website knows. */
    isVisitor: z.boolean(),
  })
  .meta({ id: 'Block' });

export const suggestion = z
  .object({
    question: z.object({ id: z.string(), text: z.string() }),
    answer: z.object({ text: z.string(), citations: z.array(citation) }).optional(),
    passages: z.array(
      z.object({ documentId: z.string(), title: z.string(), url: z.string().optional(), quote: z.string() }),
    ),
  })
  .meta({ id: 'Suggestion' });

export const cannedReplyBody = z.strictObject({
  shortcut: z
    .string()
    .regex(/^[\p{L}\p{N}_-]{1,40}$/u, { error: 'a shortcut has letters, numbers, - and _, 40 at most' })
    .transform((shortcut) => shortcut.toLowerCase()),
  text: prose(10_000),
});

export const cannedReply = z
  .object({
    id: z.string(),
    shortcut: z.string(),
    text: z.string(),
    updatedAt: z.string(),
    updatedBy: person,
  })
  .meta({ id: 'CannedReply' });

/** For one conversation: text, and the variables whose value is not known. */
export const filledReply = z
  .object({
    id: z.string(),
    shortcut: z.string(),
    parts: z.array(z.union([z.object({ text: z.string() }), z.object({ missing: z.enum(replyVariables) })])),
  })
  .meta({ id: 'FilledReply' });

const openSpan = z
  .strictObject({
    from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
    to: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/),
  })
  .refine(({ from, to }) => from < to, { error: 'the end is before the beginning' });

const openSpans = z
  .array(openSpan)
  .max(10)
  .refine((spans) => spans.every(({ from }, index) => index === 0 || spans[index - 1]!.to <= from), {
    error: 'the hours of a day overlap or are not in order',
  });

const timeZone = z
  .string()
  .max(100)
  .refine(isTimeZone, { error: 'no such time zone; write one like Europe/Berlin' });

const officeHours = z.strictObject({
  timeZone,
  week: z.strictObject(
    Object.fromEntries(weekdays.map((day) => [day, openSpans])) as Record<
      (typeof weekdays)[number],
      typeof openSpans
    >,
  ),
  closedDays: z.array(z.iso.date()).max(400),
});

/** UTF-16 code units: it has to fit into the head of the widget. */
export const deskName = line(60);

export const settingsBody = z.strictObject({
  company: deskName.or(z.literal('')).optional(),
  assignment: z.enum(['off', 'least-busy']).optional(),
  /** Of open time. null: nothing is promised. */
  replyWithinMinutes: z.number().int().min(1).max(10_080).nullable().optional(),
  /** null: always. */
  officeHours: officeHours.nullable().optional(),
});

export const settings = z
  .object({
    company: z.string(),
    assignment: z.enum(['off', 'least-busy']),
    replyWithinMinutes: z.number().optional(),
    officeHours: officeHours.optional(),
  })
  .meta({ id: 'Settings' });

export const colleague = z.object({
  id: z.string(),
  name: z.string(),
  /** Their console is open, and they take new conversations. */
  available: z.boolean(),
  /** Conversations that they have open. */
  open: z.number(),
  picture: face,
});

export const user = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    role,
    disabled: z.boolean(),
    hasSecondFactor: z.boolean(),
    picture: face,
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
    account: z
      .object({ email: z.string(), role, hasSecondFactor: z.boolean(), away: z.boolean(), picture: face })
      .optional(),
  })
  .meta({ id: 'Me' });

export const setup = z
  .object({
    hasAccounts: z.boolean(),
    deskName: z.string().optional(),
    /** Address and password are taken. */
    passwords: z.boolean(),
    /** Where else one can sign in. */
    provider: z.object({ name: z.string(), logout: z.boolean() }).optional(),
  })
  .meta({ id: 'Setup' });

/** Without a path; which endings are taken, a refusal says. */
export const fileName = z.string().min(1).max(150);
export const uploadedFile = z
  .object({ name: z.string(), bytes: z.number().int() })
  .meta({ id: 'UploadedFile' });

export const ingestBody = z.strictObject({
  /** Of a help centre or another website; absent: the uploaded files. */
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional(),
  /** Takes the sample company's articles out once the new ones are in. */
  replaceSample: z.boolean().default(true),
});

const runFacts = {
  /** The address, or `uploads`. */
  place: z.string(),
  startedAt: z.string(),
};
export const ingestRun = z
  .discriminatedUnion('state', [
    z.object({
      ...runFacts,
      state: z.literal('running'),
      progress: z
        .object({
          stage: z.enum(['reading', 'embedding', 'publishing']),
          documents: z.number().int(),
          chunks: z.number().int(),
          embedded: z.number().int(),
        })
        .optional(),
    }),
    z.object({
      ...runFacts,
      state: z.literal('done'),
      outcome: z.object({
        added: z.number().int(),
        changed: z.number().int(),
        removed: z.number().int(),
        unchanged: z.number().int(),
        unreadable: z.number().int(),
        passages: z.number().int(),
      }),
    }),
    z.object({ ...runFacts, state: z.literal('failed'), message: z.string() }),
    z.object({ ...runFacts, state: z.literal('stopped') }),
  ])
  .meta({ id: 'ArticlesRun' });

export const articles = z
  .object({
    sources: z.array(
      z.object({ name: z.string(), documents: z.number().int(), isSample: z.literal(true).optional() }),
    ),
    files: z.array(uploadedFile),
    run: ingestRun.optional(),
  })
  .meta({ id: 'Articles' });

export const answered = z
  .object({
    text: z.string(),
    decision: z.enum(['answer', 'clarify', 'small-talk', 'decline', 'handoff']).optional(),
    citations: z.array(citation),
  })
  .meta({ id: 'Answered' });

export const figuresQuery = z.strictObject({
  /** Today and the days before. */
  days: z.coerce.number().int().min(1).max(366).default(30),
  /** Where days begin, unless the team has office hours: then theirs count. */
  timeZone: timeZone.default('UTC'),
});

const count = z.number().int();
const ratings = z.object({ up: count, down: count });
const counts = z.object({
  /** Conversations that began. */
  conversations: count,
  /** Of these, the ones in which nobody asked for a person. */
  withoutPerson: count,
  /** Replies of the assistant, by what they were. */
  decisions: z.object({
    answer: count,
    clarify: count,
    'small-talk': count,
    decline: count,
    handoff: count,
  }),
  /** By their first reason. Who asks again before a person has replied is counted once. */
  handovers: z.object({
    'customer-request': count,
    unanswered: count,
    'service-error': count,
    danger: count,
    card: count,
  }),
  /** From a hand-over of that day to a person's first word. `open`: nobody has replied yet. */
  waits: z.object({
    replied: count,
    open: count,
    medianSeconds: z.number().optional(),
    /** Nine of ten waited no longer. */
    ninthDecileSeconds: z.number().optional(),
  }),
  conversationRatings: ratings,
  answerRatings: ratings,
});

export const figures = z
  .object({
    timeZone: z.string(),
    /** Oldest first; the last one is today. */
    days: z.array(counts.extend({ day: z.iso.date() })),
    total: counts,
  })
  .meta({ id: 'Figures' });

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
  'promise-due': (due: { readonly conversationId: string; readonly dueAt: string }) => void;
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
