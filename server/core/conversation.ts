// A customer's conversation with the desk.

export type Role = 'customer' | 'agent';

export interface Turn {
  readonly role: Role;
  readonly text: string;
}

export type Decision = 'answer' | 'clarify' | 'decline' | 'handoff';

/** `customer-request`: asked for a person; `unanswered`: two replies in a row did not help; `service-error`: nothing could answer. */
export type HandoffReason = 'customer-request' | 'unanswered' | 'service-error';

export interface Citation {
  /** 1-based, the `n` of `[n]` in the text. */
  readonly number: number;
  readonly documentId: string;
  readonly chunkId: string;
  readonly title: string;
  readonly url?: string;
  /** The passage cited, verbatim from the document. */
  readonly quote: string;
}

/** An article that the desk names when it asks back what is meant. */
export interface Topic {
  readonly documentId: string;
  readonly title: string;
}

export interface Message extends Turn {
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** For agent messages of the bot; absent for a person's. */
  readonly decision?: Decision;
  readonly citations?: readonly Citation[];
  /** For an agent message that asks back: what it offers, in the order shown; may be empty. Absent for small talk. */
  readonly topics?: readonly Topic[];
  /** Which chat model wrote it. `fallback` says that the configured model failed and the extractive one answered. */
  readonly model?: { readonly name: string; readonly fallback?: boolean };
  /** For an agent message: the customer message that it answers. */
  readonly replyTo?: string;
}

export interface Conversation {
  readonly id: string;
  readonly createdAt: string;
  readonly language?: string;
  readonly messages: readonly Message[];
  readonly handoff?: { readonly reason: HandoffReason; readonly at: string; readonly email?: string };
}

export interface Feedback {
  readonly messageId: string;
  readonly rating: 'up' | 'down';
  readonly comment?: string;
  readonly at: string;
}
