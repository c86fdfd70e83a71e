// Lets in who has the conversation's token.
import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '#core/errors.ts';
import type { ConversationStore } from '#core/stores.ts';
import { inDefaultTenant } from '#core/tenant.ts';
import { secretId } from '../protocol.ts';

/** For routes that look nothing up before. */
export function ownConversation(
  store: Pick<ConversationStore, 'authenticate'>,
): RequestHandler<{ id: string }> {
  return async (request, response, next) => {
    await requireOwnConversation(store, request, response);
    next();
  };
}

/** The same answer, after the same work, for "not yours" and "not there". */
export async function requireOwnConversation(
  store: Pick<ConversationStore, 'authenticate'>,
  request: Request<{ id: string }>,
  response: Response,
): Promise<void> {
  const id = secretId.safeParse(request.params.id);
  const token = bearerOf(request.headers.authorization) ?? '';
  if (!(await store.authenticate(inDefaultTenant(id.data ?? ''), token)))
    throw new AppError('not-found', 'No conversation for this token.');
  response.locals.conversationId = request.params.id;
  response.set('Cache-Control', 'no-store');
}

export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer ([\w.-]{1,4000})$/.exec(header ?? '')?.[1];
}
