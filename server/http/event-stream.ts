// Journal entries as server-sent events (WHATWG HTML, section 9.2): the event id is the sequence number.
import { once } from 'node:events';
import type { Response } from 'express';
import type { JournalEntry } from '#core/events.ts';
import type { FollowSignals } from '../follow-signals.ts';

export interface EventStreamOptions {
  /** The stream ends behind this entry. */
  readonly isLast?: (entry: JournalEntry) => boolean;
  /** What is told beside the entries. Skipped while the client is slow. */
  readonly signals?: FollowSignals;
  /** Time between comments that show proxies and clients that the connection lives. */
  readonly heartbeatMs?: number;
  /** A client that reads nothing for this long is cut off; it can come back and ask for the rest. */
  readonly stallTimeoutMs?: number;
}

/** `entries` must end when `response` closes. Holds at most one entry and the response's own buffer, however slow the client. */
export async function sendEventStream(
  response: Response,
  entries: AsyncIterable<JournalEntry>,
  { isLast = () => false, signals, heartbeatMs = 15_000, stallTimeoutMs = 30_000 }: EventStreamOptions = {},
): Promise<void> {
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    // nginx would hold the stream back until its buffer is full.
    'X-Accel-Buffering': 'no',
  });
  response.write('retry: 1000\n\n');
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': still here\n\n');
  }, heartbeatMs);
  const stopSignals = signals?.((signal) => {
    if (!response.writableNeedDrain && !response.writableEnded)
      response.write(`event: ${signal.type}\ndata: ${JSON.stringify(signal)}\n\n`);
  });
  try {
    for await (const entry of entries) {
      if (
        !response.write(`id: ${entry.sequence}\ndata: ${JSON.stringify(entry)}\n\n`) &&
        !(await drained(response, stallTimeoutMs))
      )
        return;
      if (isLast(entry)) break;
    }
    response.end();
  } finally {
    clearInterval(heartbeat);
    stopSignals?.();
  }
}

/** False if the client is gone or reads nothing. */
async function drained(response: Response, timeoutMs: number): Promise<boolean> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    if (response.destroyed) return false;
    const closed = new AbortController();
    const onClose = () => closed.abort();
    response.once('close', onClose);
    await once(response, 'drain', { signal: AbortSignal.any([timeout, closed.signal]) });
    response.off('close', onClose);
    return true;
  } catch {
    response.destroy();
    return false;
  }
}
