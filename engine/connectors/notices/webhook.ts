// A signed webhook, by the Standard Webhooks specification (standardwebhooks.com): the receiver checks that it is ours, fresh and whole.
import { createHmac } from 'node:crypto';
import type { CallOptions } from '#core/call-options.ts';

export interface WebhookTarget {
  readonly url: string;
  /** Any text of at least 24 bytes, shared with the receiver. */
  readonly secret: string;
}

export interface WebhookMessage {
  /** The same for every attempt. */
  readonly id: string;
  readonly type: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Rejects with the status for everything but 2xx. Redirects are not followed: they could lead anywhere. */
export async function sendWebhook(
  { url, secret }: WebhookTarget,
  { id, type, timestamp, data }: WebhookMessage,
  { signal, now = () => new Date() }: CallOptions & { readonly now?: () => Date } = {},
): Promise<void> {
  const body = JSON.stringify({ type, timestamp, data });
  const sentAt = String(Math.floor(now().getTime() / 1000));
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': sentAt,
      'webhook-signature': signature(secret, [id, sentAt, body]),
    },
    signal: signal ?? null,
  });
  await response.body?.cancel();
  if (!response.ok)
    throw Object.assign(new Error('refused'), { name: 'WebhookError', status: response.status });
}

/** `v1,` and the HMAC-SHA-256 of `id.timestamp.body`, base64. */
export function signature(secret: string, [id, sentAt, body]: readonly [string, string, string]): string {
  return `v1,${createHmac('sha256', secret).update(`${id}.${sentAt}.${body}`).digest('base64')}`;
}

/** An incoming webhook of Slack, or of what speaks like it. The text is escaped as Slack wants it. */
export async function sendSlack(url: string, text: string, { signal }: CallOptions = {}): Promise<void> {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    body: JSON.stringify({ text: escaped }),
    headers: { 'content-type': 'application/json' },
    signal: signal ?? null,
  });
  await response.body?.cancel();
  if (!response.ok)
    throw Object.assign(new Error('refused'), { name: 'SlackError', status: response.status });
}
