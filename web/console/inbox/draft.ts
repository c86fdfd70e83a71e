// What an agent has typed for one conversation, kept while the tab is open: a lost network or a reload costs no word. What was sent without an
// answer keeps its id: sent again, it is the same message.
export interface Draft {
  readonly mode: 'reply' | 'note';
  readonly text: string;
  /** Marks of canned replies whose value nobody knew. */
  readonly gaps?: readonly string[];
  /** Of a message that may have arrived. */
  readonly sent?: { readonly id: string; readonly text: string };
}

const keyOf = (conversationId: string) => `answerdesk-draft:${conversationId}`;
const empty: Draft = { mode: 'reply', text: '' };

export function readDraft(conversationId: string): Draft {
  try {
    return { ...empty, ...JSON.parse(sessionStorage.getItem(keyOf(conversationId)) ?? '{}') };
  } catch {
    return empty;
  }
}

export function keepDraft(conversationId: string, draft: Draft): void {
  try {
    if (draft.text === '' && !draft.sent) sessionStorage.removeItem(keyOf(conversationId));
    else sessionStorage.setItem(keyOf(conversationId), JSON.stringify(draft));
  } catch {
    // Full or forbidden: then it is kept by the page alone.
  }
}

/** The same id for the same words again; other words are another message. */
export function idFor({ sent }: Draft, text: string): string {
  if (sent?.text === text) return sent.id;
  // `crypto.randomUUID` is missing where the page came over plain HTTP.
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
