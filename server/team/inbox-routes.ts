// Conversations, as the team works on them.
import { z } from 'zod';
import { visitorHash } from '#chat/runs/visitor-blocks.ts';
import { authorize, type Principal } from '#core/access.ts';
import { type BridgeStore, bridgeLabels } from '#core/bridges.ts';
import { summarize } from '#core/case-summary.ts';
import type { Citation } from '#core/conversation.ts';
import { AppError } from '#core/errors.ts';
import type { InboxItem } from '#core/inbox.ts';
import { bridgeOfChannel, type NoticeStore } from '#core/notices.ts';
import { type Block, blockOf, promisedAt, type TeamSettings, warningMs } from '#core/team.ts';
import type { ConversationKey } from '#core/tenant.ts';
import { type Route, route, type TeamDependencies } from './route.ts';
import {
  assignBody,
  block,
  blockBody,
  caseDetails,
  handling,
  inboxCounts,
  inboxPage,
  inboxQuery,
  noteBody,
  ofConversation,
  ofPicture,
  replyBody,
  seenBody,
  snoozeBody,
  suggestion,
  takeBody,
} from './wire.ts';

/** A year, with the day more that some have. */
const longestBlockMs = 366 * 24 * 3_600_000;

const gone = () => new AppError('not-found', 'The conversation is not there.');

function keyOf({ tenantId }: Principal, conversationId: string): ConversationKey {
  return { tenantId, conversationId };
}

/** What an agent may do to a conversation that nobody else owns, and a lead to any. */
const by = ({ person, permissions }: Principal) => ({ by: person, overrides: permissions.has('inbox:lead') });

const simpleActions = [
  { type: 'return', summary: 'Puts a conversation back into the queue: nobody owns it.' },
  { type: 'give-back', summary: 'Gives a conversation back to the assistant.' },
  { type: 'resolve', summary: 'Closes a conversation. If the customer writes again, the assistant answers.' },
] as const;

export const inboxRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/inbox',
    summary: 'A page of conversations of one view.',
    access: 'inbox:read',
    query: inboxQuery,
    response: inboxPage,
    async handle({ principal, query: { view, limit, search, after } }, { store }) {
      const settings = await store.settings(principal.tenantId);
      const { items, next } = await store.inbox({
        tenantId: principal.tenantId,
        personId: principal.person.id,
        view,
        limit,
        ...(search === undefined ? {} : { search }),
        ...(after === undefined ? {} : { after }),
      });
      return {
        items: items.map((item) => withPromise(item, settings)),
        ...(next === undefined ? {} : { next }),
      };
    },
  }),
  route({
    method: 'get',
    path: '/inbox/counts',
    summary: 'How many conversations each view has.',
    access: 'inbox:read',
    response: inboxCounts,
    handle: async ({ principal }, { store }) => store.counts(principal.tenantId, principal.person.id),
  }),
  route({
    method: 'get',
    path: '/inbox/:id',
    summary: 'One conversation with its messages, private notes and who is looking at it.',
    access: 'inbox:read',
    params: ofConversation,
    response: caseDetails,
    handle: ({ principal, params }, dependencies) => readCase(keyOf(principal, params.id), dependencies),
  }),
  route({
    method: 'post',
    path: '/inbox/:id/take',
    summary: 'Takes a conversation over. Of two who try at once, one gets 409 and learns who has it.',
    access: 'inbox:work',
    params: ofConversation,
    body: takeBody,
    response: handling,
    async handle({ principal, params, body }, { cases }) {
      if (body.overrides) authorize(principal, 'inbox:lead');
      return cases.act(keyOf(principal, params.id), {
        type: 'take',
        by: principal.person,
        overrides: body.overrides,
      });
    },
  }),
  ...simpleActions.map(({ type, summary }) =>
    route({
      method: 'post',
      path: `/inbox/:id/${type}`,
      summary,
      access: 'inbox:work',
      params: ofConversation,
      response: handling,
      handle: async ({ principal, params }, { cases }) =>
        cases.act(keyOf(principal, params.id), { type, ...by(principal) }),
    }),
  ),
  route({
    method: 'post',
    path: '/inbox/:id/assign',
    summary: 'Assigns a conversation to somebody who may work on it, or to nobody.',
    access: 'inbox:lead',
    params: ofConversation,
    body: assignBody,
    response: handling,
    async handle({ principal, params, body: { userId } }, { cases, accounts }) {
      const users = userId === null ? [] : await accounts.users(principal.tenantId);
      const user = users.find(({ id, disabled }) => id === userId && !disabled);
      if (userId !== null && (!user || user.role === 'viewer'))
        throw new AppError('bad-input', 'Nobody of this id may work on conversations.', {
          publicMessage: 'This person cannot work on conversations.',
        });
      const to = user && { id: user.id, name: user.name };
      return cases.act(keyOf(principal, params.id), { type: 'assign', to, ...by(principal) });
    },
  }),
  route({
    method: 'post',
    path: '/inbox/:id/snooze',
    summary: 'Puts a conversation off until a time, or until the customer writes.',
    access: 'inbox:work',
    params: ofConversation,
    body: snoozeBody,
    response: handling,
    handle: async ({ principal, params, body }, { cases }) =>
      cases.act(keyOf(principal, params.id), { type: 'snooze', until: body.until, ...by(principal) }),
  }),
  route({
    method: 'post',
    path: '/inbox/:id/messages',
    summary: 'Replies to the customer. Only who owns the conversation may.',
    access: 'inbox:work',
    params: ofConversation,
    body: replyBody,
    response: handling,
    handle: async ({ principal, params, body }, { cases }) =>
      cases.reply(keyOf(principal, params.id), { messageId: body.id, text: body.text, by: principal.person }),
  }),
  route({
    method: 'post',
    path: '/inbox/:id/suggestion',
    summary:
      'What the desk itself would answer to the last question that no person has answered. Nothing is sent.',
    access: 'inbox:work',
    params: ofConversation,
    response: z.object({ suggestion: suggestion.optional() }),
    async handle({ principal, params, signal }, { store, suggest }) {
      const conversation = await store.get(keyOf(principal, params.id));
      if (!conversation) throw gone();
      const suggested = await suggest(conversation, { signal });
      if (!suggested) return {};
      const { question, answer, passages } = suggested;
      return {
        suggestion: {
          question,
          passages: [...passages],
          ...(answer ? { answer: { text: answer.text, citations: answer.citations.map(toCitation) } } : {}),
        },
      };
    },
  }),
  route({
    method: 'post',
    path: '/inbox/:id/block',
    summary: 'Whoever writes here may not write until then. Resolves the conversation; can be taken back.',
    access: 'inbox:work',
    params: ofConversation,
    body: blockBody,
    response: block,
    async handle({ principal, params, body: { until } }, { cases, accounts }) {
      const lastsMs = Date.parse(until) - Date.now();
      if (lastsMs <= 0 || lastsMs > longestBlockMs)
        throw new AppError('bad-input', 'A block ends in the past, or after more than a year.', {
          publicMessage: 'Choose an end within the next year.',
        });
      const made = await cases.block(keyOf(principal, params.id), { until, ...by(principal) });
      await accounts.audit(principal, {
        action: 'visitor.blocked',
        subject: params.id,
        details: { until, block: made.id },
      });
      return toBlock(made);
    },
  }),
  route({
    method: 'post',
    path: '/inbox/:id/notes',
    summary: 'Adds a note that the customer never sees.',
    access: 'inbox:work',
    params: ofConversation,
    body: noteBody,
    async handle({ principal, params, body }, { cases }) {
      await cases.note(keyOf(principal, params.id), { ...body, by: principal.person });
    },
  }),
  route({
    method: 'post',
    path: '/inbox/:id/seen',
    summary: 'Marks what the customer wrote up to a journal entry as seen by the team.',
    access: 'inbox:work',
    params: ofConversation,
    body: seenBody,
    async handle({ principal, params, body }, { cases }) {
      await cases.seen(keyOf(principal, params.id), body.sequence);
    },
  }),
  route({
    method: 'get',
    path: '/inbox/:id/pictures/:picture',
    summary: 'A picture that the customer sent.',
    access: 'inbox:read',
    params: ofPicture,
    response: 'picture',
    handle: ({ principal, params }, { store }) => store.picture(keyOf(principal, params.id), params.picture),
  }),
];

async function readCase(
  key: ConversationKey,
  { store, cases }: TeamDependencies,
): Promise<z.input<typeof caseDetails>> {
  const [item, conversation, notes, sequence, ratings, settings, blocks, bridge] = await Promise.all([
    store.item(key),
    store.get(key),
    store.notes(key),
    store.lastSequence(key),
    store.ratings(key),
    store.settings(key.tenantId),
    store.blocks(key.tenantId, new Date().toISOString()),
    bridgeState(key, store),
  ]);
  if (!item || !conversation) throw gone();
  const blocked = blockOf(blocks, key, visitorHash(conversation.visitor));
  return {
    item: withPromise(item, settings),
    tried: summarize(conversation.messages, ratings).map(({ answer, ...rest }) => ({
      ...rest,
      ...(answer ? { answer: { ...answer, titles: [...answer.titles] } } : {}),
    })),
    ...(blocked ? { block: { id: blocked.id, until: blocked.until } } : {}),
    messages: conversation.messages.map((message) => ({
      id: message.id,
      author: message.author,
      text: message.text,
      createdAt: message.createdAt,
      ...(message.person ? { person: message.person } : {}),
      ...(message.decision ? { decision: message.decision } : {}),
      ...(message.pictures ? { pictures: [...message.pictures] } : {}),
      ...(message.citations ? { citations: message.citations.map(toCitation) } : {}),
    })),
    ...(conversation.rating ? { rating: conversation.rating } : {}),
    notes,
    ...(bridge ? { bridge } : {}),
    sequence,
    present: [...cases.present(key)],
  };
}

function toCitation({ number, documentId, title, url, quote }: Citation) {
  return { number, documentId, title, quote, ...(url === undefined ? {} : { url }) };
}

function withPromise(item: InboxItem, settings: TeamSettings) {
  const dueAt = promisedAt(settings, item.handling.waitingSince);
  if (dueAt === undefined) return item;
  const warnAt = new Date(Date.parse(dueAt) - warningMs(settings)).toISOString();
  return { ...item, promise: { warnAt, dueAt } };
}

export function toBlock({ visitorHash, ...facts }: Block) {
  return { ...facts, isVisitor: visitorHash !== undefined };
}

/** Undefined where the conversation has nothing to do with a bridge. */
async function bridgeState(
  key: ConversationKey,
  store: BridgeStore & NoticeStore,
): Promise<z.input<typeof caseDetails>['bridge']> {
  const notices = (
    await store.notices(key.tenantId, { conversationId: key.conversationId, limit: 50 })
  ).filter(({ channel }) => bridgeOfChannel(channel));
  const known = await store.bridgeCase(key);
  const name = known?.bridge ?? bridgeOfChannel(notices[0]?.channel ?? '');
  if (!name) return undefined;
  const unsent = notices.filter(({ state }) => state !== 'sent');
  const error = unsent.find((notice) => notice.error !== undefined)?.error;
  const label = bridgeLabels[name];
  const failing = error === undefined ? {} : { error };
  if (known?.there) {
    const state = known.state === 'opening' ? 'pending' : known.state;
    return { label, state, since: known.since, ...known.there, ...failing };
  }
  const since = known?.since ?? unsent.at(-1)?.createdAt;
  return since === undefined ? undefined : { label, state: 'pending', since, ...failing };
}
