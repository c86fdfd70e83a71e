import { expect, it } from 'vitest';
import { openTeam } from '#server/testing/open-team.ts';
import { beAgent } from './agent.ts';
import { beCustomer } from './customer.ts';
import { createMeasured } from './measured.ts';
import { createPause } from './pace.ts';

it('measures agents and customers who find each other, and is refused nothing', async () => {
  await using desk = await openTeam();
  const { cookie } = await desk.member('agent');
  const measured = createMeasured();
  const ending = new AbortController();
  const { signal } = ending;
  const shared = { url: desk.url, measured, sent: new Map(), signal, pause: createPause(signal, 200) };
  const people = [
    beAgent({ ...shared, cookie, address: '10.1.0.1' }),
    ...[1, 2].map((number) =>
      beCustomer({ ...shared, questions: ['How do I reset it?'], address: `10.2.0.${number}` }),
    ),
  ];
  const timesOf = (kind: string) => Number(new RegExp(`${kind} \\| (\\d+)`).exec(measured.table())?.[1]);
  await expect.poll(() => timesOf('reply seen by the customer')).toBeGreaterThan(4);
  ending.abort();
  await Promise.all(people);
  for (const kind of ['reply accepted', 'take-over confirmed', 'list shown', 'first word of the assistant'])
    expect([kind, timesOf(kind)]).toEqual([kind, expect.any(Number)]);
  expect(timesOf('take-over confirmed')).toBeGreaterThan(1);
  expect(measured.answers).toBeGreaterThan(10);
  expect([...measured.failures()]).toEqual([]);
  measured.reset();
  expect(timesOf('reply accepted')).toBe(0);
});
