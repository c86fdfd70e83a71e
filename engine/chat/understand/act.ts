// What a customer does with a message, as far as it decides what the desk does next.
import type { Topic } from '#core/conversation.ts';
import type { Danger } from './danger.ts';

export type SmallTalk = 'greeting' | 'thanks' | 'goodbye';

/** `confidence`, 0 to 1: how sure it is that the message is this. */
export type Act =
  /** Asks something that has to be looked up. */
  | { readonly kind: 'question' }
  /** Picks from the topics that the desk offered when it asked back. */
  | { readonly kind: 'pick'; readonly topics: readonly Topic[] }
  /** Says yes to several topics: which one? */
  | { readonly kind: 'unclear-pick'; readonly topics: readonly Topic[] }
  /** Says that the last reply was of no use, and nothing else. */
  | { readonly kind: 'unhelped' }
  | { readonly kind: 'small-talk'; readonly smallTalk: SmallTalk; readonly confidence: number }
  /** `email`: left in the same message. */
  | { readonly kind: 'person-request'; readonly confidence: number; readonly email?: string | undefined }
  /** Vents anger, and asks nothing that an article could answer. */
  | { readonly kind: 'anger'; readonly confidence: number }
  /** Leaves the e-mail address that the desk asked for. */
  | { readonly kind: 'address'; readonly email: string }
  /** Talks to the machine instead of the help desk, or wants it to talk of something else. */
  | { readonly kind: 'misuse'; readonly confidence: number }
  /** Somebody may come to harm. */
  | { readonly kind: 'danger'; readonly danger: Danger };

/** Whether what follows depends on what is found. */
export function isLookedUp({ kind }: Act): boolean {
  return kind === 'question' || kind === 'pick' || kind === 'danger';
}
