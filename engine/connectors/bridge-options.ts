// What the bridges to help desks share.
import { AppError } from '#core/errors.ts';
import type { ConnectionOptions } from './desk-client.ts';
import type { HttpLimits } from './http.ts';

export interface BridgeOptions extends ConnectionOptions {
  /** That webhooks are signed with, or carry. */
  readonly secret: string;
  readonly now?: () => Date;
}

/** The queue of notices tries again, and looks first whether the last attempt has arrived: the client itself must not. */
export const bridgeLimits: Partial<HttpLimits> = {
  timeoutMs: 10_000,
  maxBytes: 8 * 1024 * 1024,
  retries: 0,
};

export function caseGone(desk: string, caseId: string): AppError {
  return new AppError('not-found', `${desk} has no case ${caseId} any more.`);
}

/** A number or a text, as a text: desks and their templates write ids both ways. */
export const idText = (id: string | number) => String(id);
