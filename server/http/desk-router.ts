// What a customer's page may know of the team before anybody has written: whether people are there, and when one answers.
import { Router } from 'express';
import { z } from 'zod';
import { servicePromise } from '#chat/write/service-promise.ts';
import { isOpen, opensAt } from '#core/office-hours.ts';
import { defaultSettings, type TeamStore } from '#core/team.ts';
import { defaultTenant } from '#core/tenant.ts';
import { type DeskStatus, language } from '../protocol.ts';

export interface DeskRouterOptions {
  /** Absent: nobody set anything. */
  readonly store?: Pick<TeamStore, 'settings'> | undefined;
  readonly now?: () => Date;
}

const query = z.strictObject({ language: language.optional() });

export function deskRouter({ store, now = () => new Date() }: DeskRouterOptions): Router {
  const router = Router();
  router.get('/', async (request, response) => {
    const { language } = query.parse(request.query);
    const settings = (await store?.settings(defaultTenant)) ?? defaultSettings;
    const at = now();
    const opens = opensAt(settings.officeHours, at.getTime());
    const open = isOpen(settings.officeHours, at.getTime());
    const promise = servicePromise(settings, { at, language });
    response.set('Cache-Control', 'no-store').json({
      open,
      ...(open || opens === undefined ? {} : { opensAt: new Date(opens).toISOString() }),
      ...(promise === undefined ? {} : { promise }),
    } satisfies DeskStatus);
  });
  return router;
}
