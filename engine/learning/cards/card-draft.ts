// What a draft of an answer card holds. A person reads it, corrects it and approves it: nothing of it is ever given as it is.

export interface CardDraft {
  readonly id: string;
  readonly questions: readonly string[];
  /** Markdown; empty where the team has to write it. */
  readonly answer: string;
  /** Ids of the documents it was made from. */
  readonly sources: readonly string[];
  /** How many conversations, or questions, it stands for. */
  readonly count: number;
}

/** `wie-setze-ich-zurueck`: of a question, for a file of cards. Unique among `taken`, to which it is added. */
export function draftId(question: string, taken: Set<string>): string {
  const words = question
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .match(/[\p{L}\p{N}]+/gu);
  const base = (words ?? ['card']).join('-').slice(0, 60).replace(/-+$/, '');
  let id = base;
  for (let number = 2; taken.has(id); number += 1) id = `${base}-${number}`;
  taken.add(id);
  return id;
}
