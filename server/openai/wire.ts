// Bodies of the OpenAI-compatible interface, as far as this desk speaks it. docs/api.md says what is different here.
import { z } from 'zod';
import { messageText } from '../protocol.ts';

const mostMessages = 200;
/** Of a body in bytes: enough for a long history. */
export const chatBodyLimit = 1_000_000;

const text = messageText;
const content = z.union([
  text,
  z
    .array(z.object({ type: z.literal('text'), text }))
    .min(1)
    .max(50),
]);

const decision = z.enum(['answer', 'clarify', 'small-talk', 'decline', 'handoff']);
const topic = z.object({
  documentId: z.string(),
  title: z.string(),
  section: z.string().optional(),
  isQuestion: z.literal(true).optional(),
});

const citation = z
  .object({
    number: z.number().int().describe('The `n` of `[n]` in the text.'),
    documentId: z.string(),
    chunkId: z.string(),
    title: z.string(),
    url: z.string().optional(),
    headingPath: z.array(z.string()).optional(),
    quote: z.string().describe('The passage, verbatim: Markdown.'),
    used: z.array(z.object({ start: z.number().int(), end: z.number().int() })).optional(),
  })
  .meta({ id: 'Citation' });

/** What OpenAI's format has no place for. Sent back in the history, it tells the desk what its own message was. */
export const extension = z
  .object({
    decision: decision.optional().describe('Absent where the answer was cut off.'),
    citations: z.array(citation),
    topics: z.array(topic).optional().describe('Of an answer that asks back: what it offers.'),
    handoff: z
      .object({ reason: z.enum(['customer-request', 'unanswered', 'service-error', 'danger', 'card']) })
      .optional()
      .describe('A person has to take over. Without `store` nobody of the team is told: the caller has to.'),
    conversation: z
      .object({ id: z.string(), token: z.string() })
      .optional()
      .describe('With `store`: the conversation, for /api/conversations.'),
    text: z.string().optional().describe('In a stream: the final text, where it is not what was streamed.'),
  })
  .meta({ id: 'AnswerdeskExtension' });

const earlier = z.object({ decision: decision.optional(), topics: z.array(topic).max(50).optional() });

const chatMessage = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer']), content }),
  z.object({ role: z.literal('user'), content }),
  z.object({
    role: z.literal('assistant'),
    content: content.nullish(),
    answerdesk: earlier.nullish(),
  }),
]);

const ignoredNumber = z.number().nullish().describe('Taken and not used.');

export const chatBody = z
  .object({
    model: z.string().min(1).max(200).describe('The desk: `answerdesk`.'),
    messages: z.array(chatMessage).min(1).max(mostMessages),
    stream: z.boolean().nullish(),
    stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
    store: z.boolean().nullish().describe('Keeps the conversation, where the team sees it. Default: no.'),
    n: z.literal(1).nullish(),
    temperature: ignoredNumber,
    top_p: ignoredNumber,
    max_tokens: ignoredNumber,
    max_completion_tokens: ignoredNumber,
    tools: z.array(z.unknown()).max(0).nullish().describe('The desk calls no tools.'),
    response_format: z.object({ type: z.literal('text') }).nullish(),
  })
  .meta({ id: 'ChatCompletionRequest' });

export type ChatBody = z.output<typeof chatBody>;

const annotation = z.object({
  type: z.literal('url_citation'),
  url_citation: z.object({
    start_index: z.number().int(),
    end_index: z.number().int(),
    title: z.string(),
    url: z.string(),
  }),
});

const usage = z
  .object({
    prompt_tokens: z.number().int(),
    completion_tokens: z.number().int(),
    total_tokens: z.number().int(),
  })
  .describe('Estimates: four characters are a token.');

const finishReason = z.enum(['stop', 'length']).describe('`length`: the answer was cut off.');

const head = { id: z.string(), created: z.number().int(), model: z.string() };

export const chatCompletion = z
  .object({
    ...head,
    object: z.literal('chat.completion'),
    choices: z.array(
      z.object({
        index: z.literal(0),
        message: z.object({
          role: z.literal('assistant'),
          content: z.string(),
          refusal: z.null(),
          annotations: z.array(annotation),
          answerdesk: extension,
        }),
        logprobs: z.null(),
        finish_reason: finishReason,
      }),
    ),
    usage,
  })
  .meta({ id: 'ChatCompletion' });

export const chatChunk = z
  .object({
    ...head,
    object: z.literal('chat.completion.chunk'),
    choices: z.array(
      z.object({
        index: z.literal(0),
        delta: z.object({
          role: z.literal('assistant').optional(),
          content: z.string().optional(),
          annotations: z.array(annotation).optional(),
          answerdesk: extension.optional(),
        }),
        logprobs: z.null(),
        finish_reason: finishReason.nullable(),
      }),
    ),
    usage: usage.nullish(),
  })
  .meta({ id: 'ChatCompletionChunk' });

export const model = z
  .object({
    id: z.string(),
    object: z.literal('model'),
    created: z.number().int(),
    owned_by: z.string(),
  })
  .meta({ id: 'Model' });

export const modelList = z.object({ object: z.literal('list'), data: z.array(model) });

export const openAiError = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .meta({ id: 'OpenAIError' });
