// The words in which suites state what a right reply is.
import { expect } from 'vitest';
import { citationScores, forbiddenIn, missingFacts, type Reply } from '../judging/answer-checks.ts';

/** `_T`: vitest's own interface has it, and all declarations must agree. */
interface ReplyMatchers<R, _T> {
  /** Cites at least one of the documents. */
  toCite(gold: readonly string[]): R;
  /** Contains every fact; ` | ` separates forms of which one is enough. */
  toContainFacts(facts: readonly string[]): R;
  /** Contains none of the strings. */
  toAvoid(mustNot: readonly string[]): R;
  /** Says that it does not know, or hands over, and claims nothing. */
  toDecline(): R;
  toHandOver(): R;
  /** Asks back, or answers with everything that has to be told apart. */
  toClarify(facts: readonly string[]): R;
  toAnswer(): R;
}

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown>
    extends ReplyMatchers<R, T> {}
}

const decided = ({ decision }: Reply) =>
  ({
    answer: 'answered',
    clarify: 'asked back',
    'small-talk': 'made small talk',
    decline: 'declined',
    handoff: 'handed over',
  })[decision];
const verdict = (pass: boolean, message: string) => ({ pass, message: () => message });

expect.extend({
  toCite(reply: Reply, gold: readonly string[]) {
    const cited = [...new Set(reply.citations.map(({ documentId }) => documentId))];
    return verdict(
      citationScores(reply.citations, gold).hit === 1,
      `cites ${cited.join(', ') || 'nothing'} instead of ${gold.join(' or ')}`,
    );
  },
  toContainFacts(reply: Reply, facts: readonly string[]) {
    const missing = missingFacts(reply.text, facts);
    return verdict(missing.length === 0, `lacks: ${missing.join('; ')}`);
  },
  toAvoid(reply: Reply, mustNot: readonly string[]) {
    const found = forbiddenIn(reply.text, mustNot);
    return verdict(found.length === 0, `says what it must not: ${found.join('; ')}`);
  },
  toDecline(reply: Reply) {
    return verdict(
      reply.decision === 'decline' || reply.decision === 'handoff',
      `${decided(reply)} instead of declining`,
    );
  },
  toHandOver(reply: Reply) {
    return verdict(reply.decision === 'handoff', `${decided(reply)} instead of handing over`);
  },
  toClarify(reply: Reply, facts: readonly string[]) {
    const tellsApart = reply.decision === 'answer' && missingFacts(reply.text, facts).length === 0;
    return verdict(
      reply.decision === 'clarify' || tellsApart,
      `${decided(reply)} instead of asking which is meant`,
    );
  },
  toAnswer(reply: Reply) {
    return verdict(reply.decision === 'answer', `${decided(reply)} instead of answering`);
  },
});
