// A customer's conversation with the desk.

/** `bot`: Answerdesk itself; `person`: somebody of the team. */
export type Author = 'customer' | 'bot' | 'person';

export interface Turn {
  readonly author: Author;
  readonly text: string;
}

/** `small-talk`: a greeting, thanks or a goodbye, returned. */
export type Decision = 'answer' | 'clarify' | 'small-talk' | 'decline' | 'handoff';

/**
 * `customer-request`: asked for a person; `unanswered`: two replies in a row did not help; `service-error`: nothing could answer;
 * `danger`: somebody may come to harm; `card`: an answer card of the team says that a person answers this.
 */
export type HandoffReason = 'customer-request' | 'unanswered' | 'service-error' | 'danger' | 'card';

export interface Citation {
  /** 1-based, the `n` of `[n]` in the text. */
  readonly number: number;
  readonly documentId: string;
  readonly chunkId: string;
  readonly title: string;
  /** Of the document, at the last heading of `headingPath`. */
  readonly url?: string;
  /** Headings above what the answer says, outermost first, without the title; of the whole passage while that is not known. */
  readonly headingPath?: readonly string[];
  /** The passage cited, verbatim from the document: Markdown. */
  readonly quote: string;
  /** What of the quote the answer says, in order, without overlaps. Offsets in UTF-16 code units. Absent until the answer has ended. */
  readonly used?: readonly { readonly start: number; readonly end: number }[];
}

/** An article, or a section of one, that the desk names when it asks back what is meant. */
export interface Topic {
  readonly documentId: string;
  /** What the customer sees and picks: of several alike, what this one alone is about. */
  readonly title: string;
  /** A heading of the article; absent where the whole article is meant. */
  readonly section?: string;
  /** The title is a whole question, and is asked when it is picked. */
  readonly isQuestion?: true;
}

/** Of a customer, as it is kept: decoded, and written anew as WebP without what a camera adds. */
export interface Picture {
  readonly id: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export interface Message extends Turn {
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Of a person's message: who wrote it, as the customer sees them. */
  readonly person?: { readonly name: string };
  /** Of a customer's message, whose text may be empty then. No answer is promised to it. */
  readonly pictures?: readonly Picture[];
  /** Of the bot's messages, unless they were cut off. */
  readonly decision?: Decision;
  readonly citations?: readonly Citation[];
  /** Of a message that asks back: what it offers, in the order shown; may be empty. */
  readonly topics?: readonly Topic[];
  /** Ids of the answer cards that stand in it word for word, or that it was handed over by. */
  readonly cards?: readonly string[];
  /** Which chat model wrote it; `card`: none, the team did. `fallback`: the articles were quoted although a model is configured, and why. */
  readonly model?: { readonly name: string; readonly fallback?: boolean; readonly because?: FallbackReason };
  /** Of a bot's message: the customer's message that it answers. */
  readonly replyTo?: string;
}

/**
 * Why the articles were quoted in place of the model's words. `failed`: it failed, or sent nothing in time; `busy`: too many waited for it;
 * `resting`: it failed again and again and is left alone for a while; `spent`: the cap of the day is reached; `unsupported`: too little
 * of what it wrote is supported by the articles; `incomplete`: what it wrote leaves out what the quotation says first.
 */
export type FallbackReason = 'failed' | 'busy' | 'resting' | 'spent' | 'unsupported' | 'incomplete';

export interface Conversation {
  readonly id: string;
  readonly createdAt: string;
  readonly language?: string;
  readonly messages: readonly Message[];
  readonly handoff?: { readonly reason: HandoffReason; readonly at: string; readonly email?: string };
  /** Who the website says that it is; absent: anybody. */
  readonly visitor?: Visitor;
  /** The last word counts. */
  readonly rating?: ConversationRating;
}

/** Somebody who is signed in to the website that shows the widget; its server vouches for them. */
export interface Visitor {
  /** The website's. */
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
}

/** Of a whole conversation, once it is over. */
export interface ConversationRating {
  readonly rating: 'up' | 'down';
  readonly comment?: string;
  readonly at: string;
}

export interface Feedback {
  readonly messageId: string;
  readonly rating: 'up' | 'down';
  readonly comment?: string;
  readonly at: string;
}
