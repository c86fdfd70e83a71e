import { describe, expect, it } from 'vitest';
import type { OfficeHours } from '#core/office-hours.ts';
import { defaultSettings } from '#core/team.ts';
import { servicePromise } from './service-promise.ts';

const day = [{ from: '09:00', to: '17:00' }];
const officeHours: OfficeHours = {
  timeZone: 'Europe/London',
  week: { monday: day, tuesday: day, wednesday: day, thursday: day, friday: day, saturday: [], sunday: [] },
  closedDays: [],
};
const open = new Date('2026-11-30T10:00:00Z');
const closed = new Date('2026-11-28T10:00:00Z');

describe('servicePromise', () => {
  it('promises nothing for a team that did not', () => {
    expect(servicePromise(defaultSettings, { at: open })).toBeUndefined();
    expect(servicePromise({ ...defaultSettings, officeHours }, { at: open })).toBeUndefined();
  });

  it('says how long it takes while somebody is there, and when they are back otherwise', () => {
    const settings = { ...defaultSettings, officeHours, replyWithinMinutes: 30 };
    expect(servicePromise(settings, { at: open })).toBe('A person of our team answers within 30 minutes.');
    expect(servicePromise({ ...settings, replyWithinMinutes: 120 }, { at: open })).toContain('2 hours');
    const away = servicePromise(settings, { at: closed });
    expect(away).toMatch(/back on Monday, November 30 at 9:00\sAM GMT and then answers within 30 minutes\.$/);
    expect(servicePromise({ ...settings, replyWithinMinutes: undefined }, { at: closed })).not.toContain(
      'within',
    );
  });

  it.each(['es', 'fr', 'de', 'pt', 'zh'])(
    'says it in %s, and in English where it has no words',
    (language) => {
      const settings = { ...defaultSettings, officeHours, replyWithinMinutes: 30 };
      const english = servicePromise(settings, { at: closed, language: 'xx' });
      expect(english).toBe(servicePromise(settings, { at: closed }));
      const own = servicePromise(settings, { at: closed, language });
      expect(own).not.toBe(english);
      expect(own).toMatch(/30/);
    },
  );
});
