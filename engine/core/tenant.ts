// Whose data it is: the first part of every key under which something is kept.

declare const brand: unique symbol;

/** Short, printable, without `/`. */
export type TenantId = string & { readonly [brand]: 'TenantId' };

/** The only one until there are more. */
export const defaultTenant = 'default' as TenantId;

export interface ConversationKey {
  readonly tenantId: TenantId;
  readonly conversationId: string;
}

export function inDefaultTenant(conversationId: string): ConversationKey {
  return { tenantId: defaultTenant, conversationId };
}

/** The key as one string, for maps. */
export function keyText({ tenantId, conversationId }: ConversationKey): string {
  return `${tenantId}/${conversationId}`;
}
