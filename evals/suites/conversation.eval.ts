import { readConversations } from '../cases/conversation-case.ts';
import { casePassages } from '../core/ask.ts';
import { defineCaseSuite } from '../runner/define-suite.ts';
import { converse, decisionsOf, stepPasses, summarizeConversations } from './conversation.ts';

await defineCaseSuite({
  name: 'conversation',
  cases: ({ settings }) => readConversations(settings.conversations),
  run: (evalCase, { ask, signal }) => converse(evalCase, ask, signal ? { signal } : {}),
  check(expect, replies, { steps }) {
    for (const [index, step] of steps.entries()) {
      const reply = replies[index]!;
      const where = `message ${index + 1}`;
      const allowed = decisionsOf(step);
      expect
        .soft(allowed, `${where}: ${reply.decision} instead of ${allowed.join(' or ')}`)
        .toContain(reply.decision);
      expect.soft(reply, where).toAvoid(step.must_not);
      if (reply.decision !== 'answer') continue;
      expect.soft(reply, where).toContainFacts(step.facts);
      if (step.cites.length > 0) expect.soft(reply, where).toCite(step.cites);
    }
  },
  result({ kind, steps }, replies) {
    const last = replies.at(-1)!;
    return {
      kind,
      turns: steps
        .flatMap(({ say }, index) => [
          { role: 'customer' as const, text: say },
          { role: 'agent' as const, text: replies[index]!.text },
        ])
        .slice(0, -1),
      answer: last.text,
      decision: last.decision,
      passages: casePassages(last, steps.at(-1)!.cites),
      scores: {
        'steps-right':
          steps.filter((step, index) => stepPasses(step, replies[index]!)).length / Math.max(1, steps.length),
      },
    };
  },
  summarize: summarizeConversations,
});
