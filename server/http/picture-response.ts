// A picture that somebody sent, on its way back out: nothing that a browser could take for a page of ours, even if somebody opens its address.
import type { Response } from 'express';
import { AppError } from '#core/errors.ts';

/** Throws `not-found` for undefined. */
export function sendPicture(response: Response, bytes: Uint8Array | undefined): void {
  if (!bytes) throw new AppError('not-found', 'There is no such picture.');
  response.set({
    'Content-Type': 'image/webp',
    'Content-Disposition': 'attachment; filename="picture.webp"',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    // The same for ever, but the conversation may be erased.
    'Cache-Control': 'private, max-age=3600',
  });
  response.end(bytes);
}
