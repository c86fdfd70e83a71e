// What this server sends to others: the payloads of its signed webhooks, for the OpenAPI document.
import { z } from 'zod';

const handoffData = z.object({
  conversationId: z.string(),
  reason: z.enum(['customer-request', 'unanswered', 'service-error', 'danger', 'card']).optional(),
  waitingSince: z.iso.datetime().optional(),
  link: z.url().describe('The conversation in the console.'),
});

const payload = <const Type extends string>(type: Type, id: string) =>
  z
    .object({
      type: z.literal(type),
      timestamp: z.iso.datetime().describe('When it became due.'),
      data: handoffData,
    })
    .meta({ id });

export const webhooks = {
  'handoff.requested': {
    summary: 'A customer waits for a person.',
    payload: payload('handoff.requested', 'HandoffRequested'),
  },
  'promise.due': {
    summary: 'The time by which a waiting customer was promised an answer is near.',
    payload: payload('promise.due', 'PromiseDue'),
  },
} as const;

/** Standard Webhooks. */
export const webhookHeaders = z.object({
  'webhook-id': z.string().describe('The same for every attempt: drop what you have seen.'),
  'webhook-timestamp': z
    .string()
    .regex(/^\d+$/)
    .describe('Seconds since 1970. Refuse what is older than five minutes.'),
  'webhook-signature': z
    .string()
    .describe('`v1,` and the HMAC-SHA-256 of `id.timestamp.body` with the shared secret, base64.'),
});
