// One line of a file that chat models are fine-tuned on, as hosted services and most trainers take it: {"messages": [...]}.
import { z } from 'zod';

const messageSchema = z.strictObject({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.string().refine((text) => text.trim() !== '', 'it is empty'),
});

export const chatExampleSchema = z.strictObject({
  messages: z
    .array(messageSchema)
    .min(2)
    .superRefine((messages, context) => {
      const problem = orderProblem(messages.map(({ role }) => role));
      if (problem) context.addIssue({ code: 'custom', message: problem });
    }),
  /** What it was made of: whoever erases that finds the line. Not uploaded. */
  conversationId: z.string().min(1).optional(),
  documentId: z.string().min(1).optional(),
});
export type ChatExample = z.infer<typeof chatExampleSchema>;

/** A system message may come first; then the two sides in turn, and the assistant has the last word: it is what is learnt. */
function orderProblem(roles: readonly string[]): string | undefined {
  const turns = roles[0] === 'system' ? roles.slice(1) : roles;
  if (turns.includes('system')) return 'a system message stands only at the beginning';
  if (turns.at(-1) !== 'assistant') return 'the last message is not the assistant’s';
  const wrong = turns.findIndex((role, index) => role !== (index % 2 === 0 ? 'user' : 'assistant'));
  return wrong === -1 ? undefined : 'user and assistant do not take turns, beginning with the user';
}

/** As it is uploaded: nothing but the messages. */
export function hostedLine({ messages }: ChatExample): string {
  return `${JSON.stringify({ messages })}\n`;
}
