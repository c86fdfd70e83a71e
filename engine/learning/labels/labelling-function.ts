// A labelling function votes on one kind of label of one conversation, or abstains (Ratner et al., Snorkel, 2017).
import type { ReadConversation } from './conversation-record.ts';
import type { WeakKind } from './label-kinds.ts';

export interface Vote {
  readonly value: string;
  /** How often the function expects to be right with such a vote, 0 to 1: where the fit of the label model begins. */
  readonly confidence: number;
}

export interface LabellingFunction {
  /** Unique among the functions of its kind; kept with every vote. */
  readonly name: string;
  readonly kind: WeakKind;
  vote(conversation: ReadConversation): Vote | undefined;
}

/** Votes from here on are counted apart from the others of the same function. */
export const sureFrom = 0.8;
