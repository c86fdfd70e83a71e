// Whole conversations, message by message: the desk sees its own earlier replies, as it does with a customer.
import type { CallOptions } from '#core/call-options.ts';
import { type Metric, shareMetric } from '#learning/metrics/metric.ts';
import type { ConversationCase } from '../cases/conversation-case.ts';
import type { Ask, AskRecord, AskTurn } from '../core/ask.ts';
import type { Chart } from '../core/result.ts';
import { citationScores, forbiddenIn, missingFacts } from '../judging/answer-checks.ts';

/** One reply for each step. */
export type ConversationRecord = readonly AskRecord[];

export async function converse(
  { steps }: ConversationCase,
  ask: Ask,
  options: CallOptions = {},
): Promise<ConversationRecord> {
  const turns: AskTurn[] = [];
  const replies: AskRecord[] = [];
  for (const { say } of steps) {
    turns.push({ role: 'customer', text: say });
    const reply = await ask(turns, options);
    replies.push(reply);
    const { text, decision, citations, topics } = reply;
    turns.push({ role: 'agent', text, decision, citations, ...(topics ? { topics } : {}) });
  }
  return replies;
}

type Step = ConversationCase['steps'][number];

export function decisionsOf({ expect }: Step): readonly string[] {
  return expect === undefined ? ['answer', 'clarify', 'small-talk', 'decline', 'handoff'] : [expect].flat();
}

/** Facts and citations are asked of answers only: a step that may also be declined cannot lack them then. */
export function stepPasses(step: Step, reply: AskRecord): boolean {
  if (!decisionsOf(step).includes(reply.decision)) return false;
  if (forbiddenIn(reply.text, step.must_not).length > 0) return false;
  if (reply.decision !== 'answer') return true;
  return (
    missingFacts(reply.text, step.facts).length === 0 &&
    (step.cites.length === 0 || citationScores(reply.citations, step.cites).hit === 1)
  );
}

export function conversationPasses({ steps }: ConversationCase, replies: ConversationRecord): boolean {
  return steps.every((step, index) => stepPasses(step, replies[index]!));
}

const labels: Record<ConversationCase['kind'], string> = {
  'follow-up': 'Follow-up questions: conversations right in every step',
  correction: 'Customer corrects themselves: conversations right in every step',
  'topic-change': 'Customer changes the subject: conversations right in every step',
  'clarify-then-answer': 'Asked back, then answered: conversations right in every step',
  'handoff-when-asked': 'Handed to a person when asked for one',
  'handoff-after-failures': 'Handed to a person after two failures',
};

export function summarizeConversations(
  done: readonly { readonly evalCase: ConversationCase; readonly judged: ConversationRecord }[],
): { metrics: Record<string, Metric>; charts: Chart[] } {
  const steps = done.flatMap(({ evalCase, judged }) =>
    evalCase.steps.map((step, index) => stepPasses(step, judged[index]!)),
  );
  const passed = (list: typeof done) =>
    list.filter(({ evalCase, judged }) => conversationPasses(evalCase, judged)).length;
  const byKind = [...Map.groupBy(done, ({ evalCase }) => evalCase.kind).entries()];
  const metrics: Record<string, Metric> = {
    conversations: shareMetric(passed(done), done.length, { label: 'Conversations right in every step' }),
    steps: shareMetric(steps.filter(Boolean).length, steps.length, { label: 'Replies that were right' }),
    ...Object.fromEntries(
      byKind.map(([kind, list]) => [kind, shareMetric(passed(list), list.length, { label: labels[kind] })]),
    ),
  };
  return {
    metrics,
    charts: [
      {
        kind: 'bars',
        id: 'conversations-by-kind',
        title: 'Conversations right in every step',
        y: 'share',
        unit: 'share',
        groups: byKind.map(([kind]) => {
          const { value, low, high, n } = metrics[kind]!;
          return { name: `${kind} (${n})`, bars: [{ name: 'right', value, low, high }] };
        }),
      },
    ],
  };
}
