// What the team's work looks like over time.
import { createFiguresCounter, figuresSince } from '#core/figures.ts';
import { type Route, route } from './route.ts';
import { figures, figuresQuery } from './wire.ts';

export const figuresRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/figures',
    summary:
      'Conversations, replies of the assistant, hand-overs, waits and ratings of the last days, by day.',
    access: 'inbox:read',
    query: figuresQuery,
    response: figures,
    async handle({ principal: { tenantId }, query, signal }, { store }) {
      const { officeHours } = await store.settings(tenantId);
      const now = new Date();
      const counter = createFiguresCounter({
        days: query.days,
        timeZone: officeHours?.timeZone ?? query.timeZone,
        now,
      });
      for await (const portion of store.caseFacts(tenantId, figuresSince(query.days, now))) {
        signal.throwIfAborted();
        for (const facts of portion) counter.add(facts);
      }
      const { days, ...rest } = counter.result();
      return { ...rest, days: [...days] };
    },
  }),
];
