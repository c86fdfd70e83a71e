// What the server says, as types: taken from its schemas, which stay on the server.
import type { z } from 'zod';
import type * as wire from '#server/team/wire.ts';

export type InboxItem = z.output<typeof wire.inboxItem>;
export type InboxPage = z.output<typeof wire.inboxPage>;
export type InboxCounts = z.output<typeof wire.inboxCounts>;
export type CaseDetails = z.output<typeof wire.caseDetails>;
export type CaseMessage = z.output<typeof wire.message>;
export type CaseNote = z.output<typeof wire.note>;
export type Attempt = CaseDetails['tried'][number];
export type Block = z.output<typeof wire.block>;
export type CannedReply = z.output<typeof wire.cannedReply>;
export type FilledReply = z.output<typeof wire.filledReply>;
export type Settings = z.output<typeof wire.settings>;
export type Suggestion = z.output<typeof wire.suggestion>;
export type Handling = z.output<typeof wire.handling>;
export type Person = z.output<typeof wire.person> & { readonly available: boolean; readonly open: number };
export type Me = z.output<typeof wire.me>;
export type User = z.output<typeof wire.user>;
export type PasswordLink = z.output<typeof wire.link>;
export type SessionFacts = z.output<typeof wire.session>;
export type ApiKey = z.output<typeof wire.apiKey>;
export type AuditEntry = z.output<typeof wire.auditEntry>;
export type Delivery = z.output<typeof wire.delivery>;
export type Setup = z.output<typeof wire.setup>;
export type ArticlesFacts = z.output<typeof wire.articles>;
export type ArticlesRun = z.output<typeof wire.ingestRun>;
export type Answered = z.output<typeof wire.answered>;
