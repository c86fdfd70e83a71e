import type { ConversationCase } from '../cases/conversation-case.ts';
import { casePassages } from '../core/ask.ts';
import type { SuiteOutcome } from '../core/result.ts';
import { avoids, cites, containsFacts, type Reasons, reasonUnless } from '../judging/reply-checks.ts';
import type { EvalContext } from '../runner/eval-context.ts';
import { runCases } from '../runner/run-cases.ts';
import {
  type ConversationRecord,
  converse,
  decisionsOf,
  stepPasses,
  summarizeConversations,
} from './conversation.ts';

export function runConversation(context: EvalContext): Promise<SuiteOutcome> {
  const { ask, conversations, signal } = context;
  return runCases(
    {
      cases: conversations,
      run: (evalCase) => converse(evalCase, ask, signal ? { signal } : {}),
      check: (replies, { steps }) =>
        steps.flatMap((step, index) => {
          const reasons = reasonsOfStep(step, replies[index]!);
          return reasons.map((reason) => `message ${index + 1}: ${reason}`);
        }),
      result({ kind, steps }, replies) {
        const last = replies.at(-1)!;
        const right = steps.filter((step, index) => stepPasses(step, replies[index]!)).length;
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
          scores: { 'steps-right': right / Math.max(1, steps.length) },
        };
      },
      summarize: summarizeConversations,
    },
    context,
  );
}

/** Facts and citations are asked of answers only, as in `stepPasses`. */
function reasonsOfStep(step: ConversationCase['steps'][number], reply: ConversationRecord[number]): Reasons {
  const allowed = decisionsOf(step);
  const always = [
    ...reasonUnless(allowed.includes(reply.decision), `${reply.decision} instead of ${allowed.join(' or ')}`),
    ...avoids(reply, step.must_not),
  ];
  if (reply.decision !== 'answer') return always;
  return [
    ...always,
    ...containsFacts(reply, step.facts),
    ...(step.cites.length > 0 ? cites(reply, step.cites) : []),
  ];
}
