// What customers do besides asking, over HTTP: their list of conversations, the way back to the assistant, ratings, mails, pictures.
import express, { type Request, Router } from 'express';
import type { Accounts } from '#access/accounts.ts';
import type { CustomerWork } from '#chat/runs/customer-work.ts';
import type { CustomerStore } from '#core/customers.ts';
import { AppError } from '#core/errors.ts';
import { longestPicture } from '#core/pictures.ts';
import type { ConversationStore } from '#core/stores.ts';
import { type ConversationKey, defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import {
  type ConversationCreated,
  type ConversationPerson,
  identityBody,
  type OwnConversations,
  type PictureTaken,
  pictureQuery,
  ratingBody,
  type ServiceStatus,
  secretId,
  transcriptBody,
} from '../protocol.ts';
import { clientAddress } from './client-address.ts';
import { createConversationPeople } from './conversation-people.ts';
import { bearerOf, ownConversation } from './own-conversation.ts';
import { sendPicture } from './picture-response.ts';
import type { RateLimits } from './rate-limits.ts';
import type { VisitorIdentity } from './visitor-identity.ts';

export interface CustomerDependencies {
  readonly customers: CustomerWork;
  readonly visitors: Pick<CustomerStore, 'bindVisitor' | 'visitorConversations' | 'openForVisitor'>;
  readonly identity: VisitorIdentity;
  readonly accounts: Pick<Accounts, 'users' | 'picture'>;
}

export interface CustomersRouterOptions extends CustomerDependencies {
  readonly store: Pick<ConversationStore, 'authenticate' | 'get' | 'handling'>;
  readonly rateLimits: RateLimits;
  readonly trustProxy: number;
}

const shownConversations = 30;

/** Their bodies are read once it is known that they may come: they are large. */
export function isPictureUpload({
  method,
  path,
}: {
  readonly method: string;
  readonly path: string;
}): boolean {
  return method === 'POST' && /^(?:\/v1)?\/conversations\/[\w-]+\/pictures$/.test(path);
}

/** From now on it is the visitor's whom the token names. False for a token that is not valid, and for a conversation of somebody else. */
export async function claimConversation(
  key: ConversationKey,
  token: string | undefined,
  { visitors, identity }: Pick<CustomerDependencies, 'visitors' | 'identity'>,
): Promise<boolean> {
  const visitor = await identity(token);
  return visitor !== undefined && visitors.bindVisitor(key, visitor);
}

/** Other bodies are parsed before. */
export function customersRouter(options: CustomersRouterOptions): Router {
  const { customers, visitors, identity, store, rateLimits, trustProxy } = options;
  const router = Router();
  const own = ownConversation(store);
  const people = createConversationPeople(options);
  type OfConversation = Request<{ id: string }>;
  const keyOf = ({ params }: OfConversation) => inDefaultTenant(params.id);

  router.get('/', async (request, response) => {
    const visitor = await identity(bearerOf(request.headers.authorization));
    if (!visitor) throw new AppError('not-found', 'No visitor is named.');
    const conversations = await visitors.visitorConversations(defaultTenant, visitor.id, shownConversations);
    response
      .set('Cache-Control', 'no-store')
      .json({ conversations: [...conversations] } satisfies OwnConversations);
  });

  router.post('/:id/token', async (request: OfConversation, response) => {
    const visitor = await identity(identityBody.parse(request.body).identity);
    const id = secretId.safeParse(request.params.id).data;
    const token = visitor && id && (await visitors.openForVisitor(inDefaultTenant(id), visitor.id));
    if (!id || !token) throw new AppError('not-found', 'No conversation of this visitor.');
    response
      .set('Cache-Control', 'no-store')
      .status(201)
      .json({ id, token, verified: true } satisfies ConversationCreated);
  });

  router.post('/:id/identity', own, async (request: OfConversation, response) => {
    const { identity: token } = identityBody.parse(request.body);
    response.json({ verified: await claimConversation(keyOf(request), token, options) });
  });

  router.get('/:id/service', own, async (request: OfConversation, response) => {
    response.json((await customers.service(keyOf(request))) satisfies ServiceStatus);
  });

  router.post('/:id/assistant', own, async (request: OfConversation, response) => {
    await customers.goBack(keyOf(request));
    response.status(204).end();
  });

  router.post('/:id/rating', own, async (request: OfConversation, response) => {
    await customers.rate(keyOf(request), ratingBody.parse(request.body));
    response.status(204).end();
  });

  router.post('/:id/transcript', own, async (request: OfConversation, response) => {
    const key = keyOf(request);
    const email = transcriptBody.parse(request.body ?? {}).email ?? (await customers.knownEmail(key));
    if (email === undefined)
      throw new AppError('bad-request', 'The conversation has no address.', {
        publicMessage: 'Say at which e-mail address you want the conversation.',
      });
    await rateLimits.mail(clientAddress(request, trustProxy), email);
    await customers.takeAlong(key, email);
    response.status(202).end();
  });

  router.post(
    '/:id/pictures',
    own,
    async (request: OfConversation, _response, next) => {
      await rateLimits.picture(request.params.id);
      next();
    },
    express.raw({ type: () => true, limit: longestPicture, inflate: false }),
    async (request: OfConversation, response) => {
      const { id: messageId } = pictureQuery.parse(request.query);
      if (!Buffer.isBuffer(request.body))
        throw new AppError('bad-request', 'The body is empty.', {
          publicMessage: 'Send the picture itself as the body.',
        });
      const { sequence, picture } = await customers.sendPicture(keyOf(request), {
        messageId,
        bytes: request.body,
      });
      response.json({ sequence, picture } satisfies PictureTaken);
    },
  );

  router.get('/:id/people', own, async (request: OfConversation, response) => {
    const body: { readonly people: readonly ConversationPerson[] } = {
      people: await people.list(keyOf(request)),
    };
    response.set('Cache-Control', 'no-store').json(body);
  });

  router.get(
    '/:id/people/:picture',
    own,
    async (request: Request<{ id: string; picture: string }>, response) => {
      const id = secretId.safeParse(request.params.picture).data;
      sendPicture(
        response,
        id === undefined ? undefined : await people.picture(inDefaultTenant(request.params.id), id),
      );
    },
  );

  router.get(
    '/:id/pictures/:picture',
    own,
    async (request: Request<{ id: string; picture: string }>, response) => {
      const id = secretId.safeParse(request.params.picture).data;
      sendPicture(
        response,
        id === undefined ? undefined : await customers.picture(inDefaultTenant(request.params.id), id),
      );
    },
  );

  return router;
}
