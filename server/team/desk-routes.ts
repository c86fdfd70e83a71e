// What the team sets for its work: canned replies, who is blocked, hours and promises.
import { z } from 'zod';
import { newSecret } from '#core/conversation-secret.ts';
import { AppError } from '#core/errors.ts';
import { fillVariables, type ReplyValues, replyVariables, unknownVariables } from '#core/reply-variables.ts';
import type { CannedReply, TeamSettings } from '#core/team.ts';
import { toBlock } from './inbox-routes.ts';
import { type Route, route } from './route.ts';
import {
  block,
  cannedReply,
  cannedReplyBody,
  filledReply,
  ofConversation,
  ofThing,
  settings,
  settingsBody,
} from './wire.ts';

const noSuchReply = () => new AppError('not-found', 'There is no such canned reply.');

export const deskRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/settings',
    summary:
      'What the team has set: its name, how conversations are given out, promised times and office hours.',
    access: 'inbox:read',
    response: settings,
    handle: async ({ principal }, { store }) => toWire(await store.settings(principal.tenantId)),
  }),
  route({
    method: 'patch',
    path: '/settings',
    summary: 'Changes what is named; null takes a promise or the hours away.',
    access: 'settings:manage',
    body: settingsBody,
    response: settings,
    async handle({ principal, body }, { store, accounts }) {
      const before = await store.settings(principal.tenantId);
      const { company, assignment, replyWithinMinutes, officeHours } = body;
      const changed: TeamSettings = {
        company: company ?? before.company,
        assignment: assignment ?? before.assignment,
        replyWithinMinutes:
          replyWithinMinutes === undefined ? before.replyWithinMinutes : (replyWithinMinutes ?? undefined),
        officeHours: officeHours === undefined ? before.officeHours : (officeHours ?? undefined),
      };
      await store.saveSettings(principal.tenantId, changed);
      const names = Object.keys(body).sort().join(' ');
      await accounts.audit(principal, { action: 'settings.changed', details: { settings: names } });
      return toWire(changed);
    },
  }),
  route({
    method: 'get',
    path: '/canned-replies',
    summary: 'Texts that the team sends again and again, with their variables.',
    access: 'inbox:work',
    response: z.array(cannedReply),
    handle: ({ principal }, { store }) => store.cannedReplies(principal.tenantId),
  }),
  route({
    method: 'get',
    path: '/inbox/:id/canned-replies',
    summary: 'The same for one conversation: variables are filled in, those without a value are named.',
    access: 'inbox:work',
    params: ofConversation,
    response: z.array(filledReply),
    async handle({ principal: { tenantId, person }, params: { id } }, { store }) {
      const conversation = await store.get({ tenantId, conversationId: id });
      if (!conversation) throw new AppError('not-found', 'The conversation is not there.');
      const { visitor, handoff } = conversation;
      const { company } = await store.settings(tenantId);
      const email = handoff?.email ?? visitor?.email;
      const values: ReplyValues = {
        agent: person.name,
        conversation: id,
        company,
        ...(visitor?.name === undefined ? {} : { customer: visitor.name }),
        ...(email === undefined ? {} : { email }),
      };
      return (await store.cannedReplies(tenantId)).map(({ id, shortcut, text }) => ({
        id,
        shortcut,
        parts: fillVariables(text, values),
      }));
    },
  }),
  route({
    method: 'post',
    path: '/canned-replies',
    summary: 'Adds a canned reply. A variable that does not exist is refused by its name.',
    access: 'knowledge:edit',
    body: cannedReplyBody,
    response: cannedReply,
    async handle({ principal, body }, { store, accounts }) {
      const reply = newReply(newSecret(), body, principal.person);
      await store.saveCannedReply(principal.tenantId, reply);
      await accounts.audit(principal, { action: 'canned-reply.created', subject: reply.id });
      return reply;
    },
  }),
  route({
    method: 'patch',
    path: '/canned-replies/:id',
    summary: 'Changes a canned reply.',
    access: 'knowledge:edit',
    params: ofThing,
    body: cannedReplyBody,
    response: cannedReply,
    async handle({ principal, params: { id }, body }, { store, accounts }) {
      const replies = await store.cannedReplies(principal.tenantId);
      if (!replies.some((reply) => reply.id === id)) throw noSuchReply();
      const reply = newReply(id, body, principal.person);
      await store.saveCannedReply(principal.tenantId, reply);
      await accounts.audit(principal, { action: 'canned-reply.changed', subject: id });
      return reply;
    },
  }),
  route({
    method: 'delete',
    path: '/canned-replies/:id',
    summary: 'Removes a canned reply.',
    access: 'knowledge:edit',
    params: ofThing,
    async handle({ principal, params: { id } }, { store, accounts }) {
      if (!(await store.removeCannedReply(principal.tenantId, id))) throw noSuchReply();
      await accounts.audit(principal, { action: 'canned-reply.removed', subject: id });
    },
  }),
  route({
    method: 'get',
    path: '/blocks',
    summary: 'Who may not write right now, the newest block first.',
    access: 'inbox:work',
    response: z.array(block),
    handle: async ({ principal }, { store }) =>
      (await store.blocks(principal.tenantId, new Date().toISOString())).map(toBlock),
  }),
  route({
    method: 'delete',
    path: '/blocks/:id',
    summary: 'Takes a block back.',
    access: 'inbox:work',
    params: ofThing,
    async handle({ principal, params: { id } }, { store, accounts }) {
      if (!(await store.unblock(principal.tenantId, id)))
        throw new AppError('not-found', 'There is no such block.');
      await accounts.audit(principal, { action: 'visitor.unblocked', details: { block: id } });
    },
  }),
];

function newReply(
  id: string,
  { shortcut, text }: Pick<CannedReply, 'shortcut' | 'text'>,
  updatedBy: CannedReply['updatedBy'],
): CannedReply {
  const braced = (names: readonly string[]) => names.map((name) => `{{${name}}}`).join(', ');
  const unknown = unknownVariables(text);
  if (unknown.length > 0)
    throw new AppError('bad-input', 'A canned reply names variables that do not exist.', {
      publicMessage: `There is no variable ${braced(unknown)}. There are ${braced(replyVariables)}.`,
    });
  return { id, shortcut, text, updatedAt: new Date().toISOString(), updatedBy };
}

function toWire({ company, assignment, replyWithinMinutes, officeHours }: TeamSettings) {
  return {
    company,
    assignment,
    ...(replyWithinMinutes === undefined ? {} : { replyWithinMinutes }),
    ...(officeHours ? { officeHours: officeHours as z.input<typeof settings>['officeHours'] } : {}),
  };
}
