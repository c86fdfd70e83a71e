import { expect, it } from 'vitest';
import { parseCommandLine } from './arguments.ts';

it('takes a help desk as a source, its articles unless more is asked for', () => {
  expect(parseCommandLine(['zendesk:acme']).desk).toEqual({
    type: 'desk',
    desk: 'zendesk',
    account: 'acme',
    read: ['articles'],
  });
  const more = [
    'chatwoot:chat.example.com/3',
    '--read',
    'articles, tickets',
    '--tickets-since',
    '2025-01-31',
  ];
  expect(parseCommandLine(more).desk).toMatchObject({
    account: 'chat.example.com/3',
    read: ['articles', 'tickets'],
    ticketsSince: '2025-01-31',
  });
  expect(parseCommandLine(['./zendesk']).desk).toBeUndefined();
});

it.each([
  ['zendesk:acme', './folder'],
  ['zendesk:acme', '--read', 'users'],
  ['./folder', '--read', 'tickets'],
  ['./folder', '--tickets-since', '2025-01-31'],
])('refuses %s %s %s', (...args) => {
  expect(() => parseCommandLine(args)).toThrow(/answerdesk ingest --help/);
});
