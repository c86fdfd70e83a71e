// Who may not write for a while: asked before a customer's message or wish is taken.
import type { Visitor } from '#core/conversation.ts';
import { hashToken } from '#core/conversation-secret.ts';
import { AppError } from '#core/errors.ts';
import type { ConversationStore } from '#core/stores.ts';
import { blockOf, type TeamStore } from '#core/team.ts';
import type { ConversationKey } from '#core/tenant.ts';
import { blockedReply } from '../write/service-promise.ts';

export interface VisitorBlocksOptions {
  readonly store: Pick<TeamStore, 'blocks'> & Pick<ConversationStore, 'get'>;
  readonly now?: () => Date;
}

/** Throws `blocked`, with a sentence in the language of the conversation. */
export type RefuseBlocked = (key: ConversationKey) => Promise<void>;

export function createVisitorBlocks({ store, now = () => new Date() }: VisitorBlocksOptions): RefuseBlocked {
  return async (key) => {
    const blocks = await store.blocks(key.tenantId, now().toISOString());
    if (blocks.length === 0) return;
    const isByVisitor = blocks.some(({ visitorHash }) => visitorHash !== undefined);
    const own = blockOf(blocks, key, undefined);
    if (!own && !isByVisitor) return;
    const conversation = await store.get(key);
    if (!own && !blockOf(blocks, key, visitorHash(conversation?.visitor))) return;
    throw new AppError('blocked', 'The team has blocked this visitor.', {
      publicMessage: blockedReply(conversation?.language),
    });
  };
}

export function visitorHash(visitor: Visitor | undefined): Uint8Array | undefined {
  return visitor && hashToken(visitor.id);
}
