// Signing in, and the people of the team.
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import { longestPicture } from '#core/pictures.ts';
import { type Route, route } from './route.ts';
import {
  apiKey,
  apiKeyBody,
  auditEntry,
  colleague,
  email,
  link,
  me,
  ofThing,
  password,
  personName,
  role,
  session,
  user,
} from './wire.ts';

const token = z.string().regex(/^[\w-]{44}$/);
const code = z.string().max(20);
/** Throws `bad-input` as soon as more comes. */
async function readAll(file: Readable, mostBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  // Whoever sends too much is told so, on the same connection.
  for await (const piece of file.iterator({ destroyOnReturn: false })) {
    size += piece.length;
    if (size > mostBytes)
      throw new AppError('bad-input', 'The picture is too large.', {
        publicMessage: `A picture may have ${mostBytes / 1024 / 1024} MB at most.`,
      });
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

const noSuch = (what: string) => new AppError('not-found', `There is no such ${what}.`);

export const accountRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/session',
    summary: 'Signs in. Sets a cookie; asks for a code where the account has a second factor.',
    access: 'anyone',
    body: z.strictObject({ email, password, code: code.optional() }),
    response: z.object({ result: z.enum(['signed-in', 'code-needed']) }),
    async handle({ body, device, setSession }, { accounts, signIn }) {
      if (signIn?.passwords === false)
        throw new AppError('forbidden', 'Passwords are off.', {
          publicMessage: 'Passwords are turned off here. Use the other way to sign in.',
        });
      const done = await accounts.signIn({ ...body, device });
      if (done.result === 'signed-in') setSession(done);
      return { result: done.result };
    },
  }),
  route({
    method: 'delete',
    path: '/session',
    summary: 'Signs out.',
    access: 'signed-in',
    async handle({ principal, setSession }, { accounts }) {
      await accounts.signOut(principal);
      setSession(undefined);
    },
  }),
  route({
    method: 'get',
    path: '/me',
    summary: 'Who is signed in, and what they may do.',
    access: 'signed-in',
    response: me,
    async handle({ principal: { person, kind, permissions, tenantId } }, { accounts }) {
      const user = (await accounts.users(tenantId)).find(({ id }) => id === person.id);
      return {
        person,
        kind,
        permissions: [...permissions],
        ...(user
          ? {
              account: {
                email: user.email,
                role: user.role,
                hasSecondFactor: user.hasSecondFactor,
                away: user.away,
                ...(user.picture === undefined ? {} : { picture: user.picture }),
              },
            }
          : {}),
      };
    },
  }),
  route({
    method: 'post',
    path: '/me/availability',
    summary: 'Whether one takes new conversations. Who is away is given none.',
    access: 'signed-in',
    body: z.strictObject({ away: z.boolean() }),
    async handle({ principal, body: { away } }, { accounts }) {
      await accounts.setAway(principal, away);
    },
  }),
  route({
    method: 'put',
    path: '/me/picture',
    summary: 'The own picture, as colleagues and customers see it: PNG, JPEG, WebP or GIF. It is made small.',
    access: 'signed-in',
    takesFile: true,
    async handle({ principal, file, signal }, { accounts, cleanFace }) {
      if (!cleanFace) throw noSuch('way to have a picture');
      const { bytes } = await cleanFace(await readAll(file, longestPicture), { signal });
      await accounts.setPicture(principal, bytes);
    },
  }),
  route({
    method: 'delete',
    path: '/me/picture',
    summary: 'Takes the own picture away: initials stand in its place.',
    access: 'signed-in',
    async handle({ principal }, { accounts }) {
      await accounts.setPicture(principal, undefined);
    },
  }),
  route({
    method: 'get',
    path: '/people/pictures/:id',
    summary: 'The picture of somebody of the team.',
    access: 'inbox:read',
    params: ofThing,
    response: 'picture',
    handle: ({ principal, params }, { accounts }) => accounts.picture(principal.tenantId, params.id),
  }),
  route({
    method: 'post',
    path: '/me/password',
    summary: 'Changes the own password; ends the other sessions.',
    access: 'signed-in',
    body: z.strictObject({ current: password, next: password }),
    async handle({ principal, body }, { accounts }) {
      await accounts.changePassword(principal, body);
    },
  }),
  route({
    method: 'post',
    path: '/me/second-factor',
    summary: 'A new key for an authenticator app. It counts once a code of it is confirmed.',
    access: 'signed-in',
    response: z.object({ key: z.string(), uri: z.string() }),
    handle: async ({ principal }, { accounts }) => accounts.startSecondFactor(principal),
  }),
  route({
    method: 'post',
    path: '/me/second-factor/confirm',
    summary: 'From now on signing in asks for a code of this key.',
    access: 'signed-in',
    body: z.strictObject({ key: z.string().max(100), code }),
    async handle({ principal, body }, { accounts }) {
      await accounts.confirmSecondFactor(principal, body);
    },
  }),
  route({
    method: 'post',
    path: '/me/second-factor/remove',
    summary: 'Signing in asks for the password alone again.',
    access: 'signed-in',
    body: z.strictObject({ password }),
    async handle({ principal, body }, { accounts }) {
      await accounts.removeSecondFactor(principal, principal.person.id, body.password);
    },
  }),
  route({
    method: 'get',
    path: '/me/sessions',
    summary: 'Where one is signed in.',
    access: 'signed-in',
    response: z.array(session),
    async handle({ principal }, { accounts }) {
      const sessions = await accounts.sessions(principal);
      return sessions.map(({ userId: _, ...facts }) => ({
        ...facts,
        current: facts.id === principal.sessionId,
      }));
    },
  }),
  route({
    method: 'delete',
    path: '/me/sessions/:id',
    summary: 'Signs out somewhere else.',
    access: 'signed-in',
    params: ofThing,
    async handle({ principal, params }, { accounts }) {
      if (!(await accounts.endSession(principal, params.id))) throw noSuch('session');
    },
  }),
  route({
    method: 'post',
    path: '/password-links/owner',
    summary: 'Whose link it is, before a password is set by it.',
    access: 'anyone',
    body: z.strictObject({ token }),
    response: z.object({ email: z.string(), name: z.string() }),
    async handle({ body }, { accounts }) {
      const { email, name } = await accounts.linkOwner(body.token);
      return { email, name };
    },
  }),
  route({
    method: 'post',
    path: '/password-links/use',
    summary: 'Sets a password by a link, which works once.',
    access: 'anyone',
    body: z.strictObject({ token, password }),
    async handle({ body }, { accounts }) {
      await accounts.setPassword(body.token, body.password);
    },
  }),
  route({
    method: 'get',
    path: '/people',
    summary: 'Who can be given a conversation: names, who is there, how much each has to do.',
    access: 'inbox:read',
    response: z.array(colleague),
    async handle({ principal }, { accounts, cases, store }) {
      const here = cases.attending(principal.tenantId);
      const open = await store.openCases(principal.tenantId);
      const users = await accounts.users(principal.tenantId);
      return users
        .filter(({ disabled, role }) => !disabled && role !== 'viewer')
        .map(({ id, name, away, picture }) => ({
          id,
          name,
          available: !away && here.has(id),
          open: open.get(id) ?? 0,
          ...(picture === undefined ? {} : { picture }),
        }));
    },
  }),
  route({
    method: 'get',
    path: '/users',
    summary: 'All accounts.',
    access: 'users:manage',
    response: z.array(user),
    handle: async ({ principal }, { accounts }) =>
      (await accounts.users(principal.tenantId)).map(({ tenantId: _, ...facts }) => facts),
  }),
  route({
    method: 'post',
    path: '/users',
    summary: 'Invites somebody. The link in the answer lets them set a password; it is shown once.',
    access: 'users:manage',
    body: z.strictObject({ email, name: personName, role }),
    response: z.object({ user, link }),
    async handle({ principal, body }, { accounts }) {
      const { user, token, expiresAt } = await accounts.invite(principal, body);
      const { tenantId: _, ...facts } = user;
      return { user: facts, link: { token, expiresAt } };
    },
  }),
  route({
    method: 'patch',
    path: '/users/:id',
    summary: 'Changes name or role, or disables an account. Its sessions end.',
    access: 'users:manage',
    params: ofThing,
    body: z.strictObject({
      name: personName.optional(),
      role: role.optional(),
      disabled: z.boolean().optional(),
    }),
    response: user,
    async handle({ principal, params, body: { name, role, disabled } }, { accounts }) {
      const { tenantId: _, ...facts } = await accounts.updateUser(principal, params.id, {
        ...(name === undefined ? {} : { name }),
        ...(role === undefined ? {} : { role }),
        ...(disabled === undefined ? {} : { disabled }),
      });
      return facts;
    },
  }),
  route({
    method: 'post',
    path: '/users/:id/password-link',
    summary: 'A link for somebody who lost the password. It is shown once.',
    access: 'users:manage',
    params: ofThing,
    response: link,
    handle: async ({ principal, params }, { accounts }) => accounts.passwordLink(principal, params.id),
  }),
  route({
    method: 'post',
    path: '/users/:id/second-factor/remove',
    summary: 'For somebody who lost the phone.',
    access: 'users:manage',
    params: ofThing,
    async handle({ principal, params }, { accounts }) {
      if (params.id === principal.person.id)
        throw new AppError('bad-input', 'An own second factor needs the password.', {
          publicMessage: 'Remove your own second factor with your password.',
        });
      await accounts.removeSecondFactor(principal, params.id);
    },
  }),
  route({
    method: 'get',
    path: '/api-keys',
    summary: 'Keys of scripts.',
    access: 'settings:manage',
    response: z.array(apiKey),
    handle: async ({ principal }, { accounts }) =>
      (await accounts.apiKeys(principal.tenantId)).map((key) => ({
        ...key,
        permissions: [...key.permissions],
      })),
  }),
  route({
    method: 'post',
    path: '/api-keys',
    summary: 'Makes a key. Its token is shown once.',
    access: 'settings:manage',
    body: apiKeyBody,
    response: z.object({ key: apiKey, token: z.string() }),
    async handle({ principal, body }, { accounts }) {
      const { key, token } = await accounts.createApiKey(principal, body);
      return { key: { ...key, permissions: [...key.permissions] }, token };
    },
  }),
  route({
    method: 'delete',
    path: '/api-keys/:id',
    summary: 'Ends a key at once.',
    access: 'settings:manage',
    params: ofThing,
    async handle({ principal, params }, { accounts }) {
      if (!(await accounts.revokeApiKey(principal, params.id))) throw noSuch('key');
    },
  }),
  route({
    method: 'get',
    path: '/audit',
    summary: 'Who did what, newest first.',
    access: 'audit:read',
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(200).default(100),
      before: z.coerce.number().int().min(1).optional(),
    }),
    response: z.array(auditEntry),
    handle: async ({ principal, query: { limit, before } }, { accounts }) =>
      accounts.auditLog(principal.tenantId, {
        limit,
        ...(before === undefined ? {} : { before }),
      }) as Promise<z.input<typeof auditEntry>[]>,
  }),
];
