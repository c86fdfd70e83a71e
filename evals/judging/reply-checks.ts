// The words in which suites state what a right reply is. Each check gives the reasons why it does not hold: none if it does.
import { citationScores, forbiddenIn, missingFacts, type Reply } from './answer-checks.ts';

/** Short sentences for a reader of the report. */
export type Reasons = readonly string[];

/** Cites at least one of the documents. */
export function cites({ citations }: Reply, gold: readonly string[]): Reasons {
  const cited = [...new Set(citations.map(({ documentId }) => documentId))];
  return reasonUnless(
    citationScores(citations, gold).hit === 1,
    `cites ${cited.join(', ') || 'nothing'} instead of ${gold.join(' or ')}`,
  );
}

/** Contains every fact; ` | ` separates forms of which one is enough. */
export function containsFacts({ text }: Reply, facts: readonly string[]): Reasons {
  const missing = missingFacts(text, facts);
  return reasonUnless(missing.length === 0, `lacks: ${missing.join('; ')}`);
}

/** Contains none of the strings. */
export function avoids({ text }: Reply, mustNot: readonly string[]): Reasons {
  const found = forbiddenIn(text, mustNot);
  return reasonUnless(found.length === 0, `says what it must not: ${found.join('; ')}`);
}

/** Answers. What it says does not matter. */
export function answers({ decision }: Reply): Reasons {
  return reasonUnless(decision === 'answer', `${decisionWords[decision]} instead of answering`);
}

export function reasonUnless(holds: boolean, reason: string): Reasons {
  return holds ? [] : [reason];
}

const decisionWords: Readonly<Record<Reply['decision'], string>> = {
  answer: 'answered',
  clarify: 'asked back',
  'small-talk': 'made small talk',
  decline: 'declined',
  handoff: 'handed over',
};
