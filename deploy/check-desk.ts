// Does a desk that was installed or built really serve? Asked from outside, as a customer would: the widget, and an answer with its
// source. Also a program, for check-image.sh: `node deploy/check-desk.ts URL`.
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEntry, JournalEvent } from '#core/events.ts';

/** One of the sample company's articles answers it. */
const question = 'Can I send back a valve that I already opened?';
/** The first start reads the sample company before it answers. */
const startTimeoutMs = 300_000;

/** Throws with what is wrong. Resolves to the text of the answer. */
export async function checkDesk(url: string): Promise<string> {
  await untilReady(url);
  const widget = await fetch(`${url}/widget.js`);
  if (!widget.ok) throw new Error(`/widget.js: ${widget.status}`);
  const created = await fetch(`${url}/api/conversations`, { method: 'POST' });
  const { id, token } = (await created.json()) as { id: string; token: string };
  const sent = await fetch(`${url}/api/conversations/${id}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ text: question }),
  });
  const end = events(await sent.text()).find((event) => event.type === 'answer-end');
  if (end?.reason !== 'complete' || !end.message.citations?.length)
    throw new Error(`The answer has no source: ${JSON.stringify(end)}`);
  return end.message.text;
}

async function untilReady(url: string): Promise<void> {
  const deadline = AbortSignal.timeout(startTimeoutMs);
  let last: unknown;
  while (!deadline.aborted) {
    const response = await fetch(`${url}/readyz`, { signal: deadline }).catch((reason: unknown) => {
      last = reason;
    });
    if (response?.ok) return;
    if (response) last = await response.text();
    await sleep(200);
  }
  throw new Error(`${url} was not ready in time: ${last}`);
}

function events(stream: string): JournalEvent[] {
  return [...stream.matchAll(/^data: (.*)$/gm)].map(([, data]) => (JSON.parse(data!) as JournalEntry).event);
}

if (import.meta.main) process.stdout.write(`${await checkDesk(process.argv[2]!)}\n`);
