// The reader of dialogue acts that the desk itself uses, for what measures or fits on whole conversations. Opened once.
import type { CondenseOptions } from '#chat/understand/condense.ts';
import { type ActReader, createActReader, isAboutSomething } from '#chat/understand/read-acts.ts';
import { openActClassifier } from '#models/dialogue-acts/open-act-classifier.ts';

let opened: ActReader | undefined;

export function shippedReader(): ActReader {
  opened ??= createActReader(openActClassifier());
  return opened;
}

/** Condenses a conversation as the desk does. */
export const asTheDesk: CondenseOptions = {
  isAboutSomething: (text) => isAboutSomething(shippedReader())(text),
};
