// What had to reach somebody outside, and whether it did.
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import { type Route, route } from './route.ts';
import { delivery, ofThing } from './wire.ts';

export const deliveryRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/deliveries',
    summary:
      'Mails, webhooks and what goes to a bridge, newest first; with failed=true only what did not arrive so far.',
    access: 'settings:manage',
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      failed: z
        .enum(['true', 'false'])
        .default('false')
        .transform((failed) => failed === 'true'),
    }),
    response: z.array(delivery),
    async handle({ principal, query }, { store }) {
      const notices = await store.notices(principal.tenantId, query);
      return notices.map(({ key, about: _, ...facts }) => ({ ...facts, conversationId: key.conversationId }));
    },
  }),
  route({
    method: 'post',
    path: '/deliveries/:id/retry',
    summary: 'Tries one that did not arrive again at once.',
    access: 'settings:manage',
    params: ofThing,
    async handle({ principal, params }, { store }) {
      if (!(await store.retryNotice(principal.tenantId, params.id, new Date().toISOString())))
        throw new AppError('not-found', 'There is no such delivery that failed.');
    },
  }),
];
