// Events of an answer as OpenAI's format has them.
import type { z } from 'zod';
import type { Citation, HandoffReason, Message } from '#core/conversation.ts';
import { newSecret } from '#core/conversation-secret.ts';
import { AppError } from '#core/errors.ts';
import type { ChatEvent } from '#core/events.ts';
import type { ChatBody, chatChunk, chatCompletion, extension } from './wire.ts';

/** The name of the only desk. */
export const deskModel = 'answerdesk';

/** How many characters count as a token: no tokeniser is asked, and a desk that quotes has no tokens at all. */
const charactersPerToken = 4;
const tokensIn = (text: string) => Math.ceil(text.length / charactersPerToken);

type Extension = z.input<typeof extension>;
type Completion = z.input<typeof chatCompletion>;
type Chunk = z.input<typeof chatChunk>;

export interface Ending {
  readonly message: Message;
  readonly isWhole: boolean;
  readonly handoff?: HandoffReason;
}

export function createCompletion({ messages }: ChatBody, conversation: Extension['conversation']) {
  const head = { id: `chatcmpl-${newSecret()}`, created: Math.floor(Date.now() / 1000), model: deskModel };
  const promptTokens = messages.reduce((sum, message) => sum + tokensIn(textOf(message.content)), 0);

  const usageOf = ({ message }: Ending) => {
    const completion = tokensIn(message.text);
    return {
      prompt_tokens: promptTokens,
      completion_tokens: completion,
      total_tokens: promptTokens + completion,
    };
  };
  const factsOf = ({ message, handoff }: Ending): Extension => ({
    citations: (message.citations ?? []) as Extension['citations'],
    ...(message.decision ? { decision: message.decision } : {}),
    ...(message.topics ? { topics: message.topics as Extension['topics'] } : {}),
    ...(handoff ? { handoff: { reason: handoff } } : {}),
    ...(conversation ? { conversation } : {}),
  });
  const reasonOf = ({ isWhole }: Ending) => (isWhole ? 'stop' : 'length');
  const chunk = (
    delta: Chunk['choices'][0]['delta'],
    finish: Chunk['choices'][0]['finish_reason'] = null,
  ): Chunk => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  });

  return {
    whole: (ending: Ending): Completion => ({
      ...head,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: ending.message.text,
            refusal: null,
            annotations: annotationsOf(ending.message),
            answerdesk: factsOf(ending),
          },
          logprobs: null,
          finish_reason: reasonOf(ending),
        },
      ],
      usage: usageOf(ending),
    }),
    first: () => chunk({ role: 'assistant', content: '' }),
    piece: (content: string) => chunk({ content }),
    /** `streamed`: what was sent so far. */
    last: (ending: Ending, streamed: string) => {
      const facts = factsOf(ending);
      const { text } = ending.message;
      return chunk(
        {
          annotations: annotationsOf(ending.message),
          answerdesk: text === streamed ? facts : { ...facts, text },
        },
        reasonOf(ending),
      );
    },
    usage: (ending: Ending): Chunk => ({
      ...head,
      object: 'chat.completion.chunk',
      choices: [],
      usage: usageOf(ending),
    }),
  };
}

/** The text of a message's content, whichever of the two forms it has. */
export function textOf(content: ChatBody['messages'][number]['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map(({ text }) => text).join('\n\n');
}

/** Tells pieces of text as they come; returns the end. Throws what stands in an `answer-error`. */
export async function readAnswer(
  events: AsyncIterable<ChatEvent>,
  onText: (text: string) => Promise<void> | void = () => {},
): Promise<Ending> {
  let handoff: HandoffReason | undefined;
  for await (const event of events) {
    if (event.type === 'answer-delta') await onText(event.text);
    else if (event.type === 'handoff-request') handoff = event.reason;
    else if (event.type === 'answer-end')
      return {
        message: event.message,
        isWhole: event.reason === 'complete',
        ...(handoff ? { handoff } : {}),
      };
    else if (event.type === 'answer-error')
      throw new AppError(event.code, 'There is no answer.', { publicMessage: event.message });
  }
  throw new AppError('shutting-down', 'The answer goes on in the next process.');
}

/** Where the marks `[n]` of citations with an address stand, as OpenAI marks sources from the web. */
function annotationsOf({
  text,
  citations = [],
}: Message): Completion['choices'][0]['message']['annotations'] {
  const byNumber = new Map(citations.map((citation): [number, Citation] => [citation.number, citation]));
  return [...text.matchAll(/\[(\d{1,3})\]/g)].flatMap(({ 0: mark, 1: number, index }) => {
    const { title, url } = byNumber.get(Number(number)) ?? {};
    if (title === undefined || url === undefined) return [];
    const place = { start_index: index, end_index: index + mark.length, title, url };
    return [{ type: 'url_citation' as const, url_citation: place }];
  });
}
