// Operations that are not the team's: conversations, chat completions, and what operators ask.
import { z } from 'zod';
import { chatBody, chatChunk, chatCompletion, model, modelList } from '../openai/wire.ts';
import {
  cancelBody,
  conversation,
  conversationBody,
  conversationCreated,
  feedbackBody,
  handoffBody,
  journalEntry,
  messageBody,
  secretId,
} from '../protocol.ts';
import { customerOperations } from './customer-operations.ts';
import type { Operation } from './operation.ts';

const base = '/api/v1/conversations';
const ofConversation = z.object({ id: secretId });
const lastEvent = z.object({
  'Last-Event-ID': z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .describe('The sequence number that the client has; the stream begins behind it.'),
});
const entries = {
  description: 'Server-sent events: the id is the sequence number, the data one `JournalEntry`.',
  type: 'text/event-stream',
};
const conversationRefusals = [400, 403, 404, 413, 429, 503];

const conversations: readonly Operation[] = [
  {
    method: 'post',
    path: base,
    tag: 'Conversations',
    summary: 'Begins a conversation. Its token is shown once.',
    auth: 'none',
    body: conversationBody,
    isBodyOptional: true,
    answers: { 201: { description: 'It is there.', schema: conversationCreated } },
    refusals: conversationRefusals,
  },
  {
    method: 'get',
    path: `${base}/{id}`,
    tag: 'Conversations',
    summary: 'The conversation with its messages.',
    auth: 'conversation',
    params: ofConversation,
    answers: { 200: { description: 'Here it is.', schema: conversation } },
    refusals: conversationRefusals,
  },
  {
    method: 'post',
    path: `${base}/{id}/messages`,
    tag: 'Conversations',
    summary: 'Says something, and streams the answer to its end.',
    description: 'The same `id` again is the same message: retry freely.',
    auth: 'conversation',
    params: ofConversation,
    headers: lastEvent,
    body: messageBody,
    answers: { 200: entries },
    refusals: conversationRefusals,
  },
  {
    method: 'get',
    path: `${base}/{id}/events`,
    tag: 'Conversations',
    summary: 'Streams everything that happens, without an end.',
    auth: 'conversation',
    params: ofConversation,
    query: z.object({
      after: z
        .string()
        .regex(/^\d{1,15}$/)
        .optional()
        .describe('As Last-Event-ID.'),
    }),
    headers: lastEvent,
    answers: { 200: entries },
    refusals: conversationRefusals,
  },
  {
    method: 'post',
    path: `${base}/{id}/cancel`,
    tag: 'Conversations',
    summary: 'Ends an answer with the text so far.',
    auth: 'conversation',
    params: ofConversation,
    body: cancelBody,
    answers: {
      200: { description: 'Whether it was being written.', schema: z.object({ cancelled: z.boolean() }) },
    },
    refusals: conversationRefusals,
  },
  {
    method: 'post',
    path: `${base}/{id}/feedback`,
    tag: 'Conversations',
    summary: 'Rates an answer. The last rating counts.',
    auth: 'conversation',
    params: ofConversation,
    body: feedbackBody,
    answers: { 204: { description: 'Done.' } },
    refusals: conversationRefusals,
  },
  {
    method: 'post',
    path: `${base}/{id}/handoff`,
    tag: 'Conversations',
    summary: 'Asks for a person.',
    auth: 'conversation',
    params: ofConversation,
    body: handoffBody,
    isBodyOptional: true,
    answers: { 204: { description: 'The team is told.' } },
    refusals: conversationRefusals,
  },
  {
    method: 'delete',
    path: `${base}/{id}`,
    tag: 'Conversations',
    summary: 'Erases the conversation.',
    auth: 'conversation',
    params: ofConversation,
    answers: {
      202: { description: 'Gone for everybody; the last bytes follow.' },
      204: { description: 'No byte of it is left in the database.' },
    },
    refusals: conversationRefusals,
  },
];

const chatRefusals = [400, 401, 403, 404, 413, 429, 500, 502, 503, 504];

const chatCompletions: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/chat/completions',
    tag: 'Chat completions',
    summary: 'Answers the last message from the knowledge base.',
    description:
      'With `stream` the answer comes as server-sent events of `ChatCompletionChunk`, ended by `[DONE]`. System and developer messages are not instructions to the desk. Nothing is stored unless `store` is true.',
    auth: 'key',
    permission: 'answers:ask',
    body: chatBody,
    answers: { 200: { description: 'The answer.', schema: chatCompletion } },
    refusals: chatRefusals,
    isOpenAi: true,
  },
  {
    method: 'get',
    path: '/v1/models',
    tag: 'Chat completions',
    summary: 'Lists the desk, the only model.',
    auth: 'key',
    permission: 'answers:ask',
    answers: { 200: { description: 'The list.', schema: modelList } },
    refusals: [401, 403, 429],
    isOpenAi: true,
  },
  {
    method: 'get',
    path: '/v1/models/{model}',
    tag: 'Chat completions',
    summary: 'The desk as a model.',
    auth: 'key',
    permission: 'answers:ask',
    params: z.object({ model: z.string().min(1).max(200) }),
    answers: { 200: { description: 'It is there.', schema: model } },
    refusals: [400, 401, 403, 404, 429],
    isOpenAi: true,
  },
];

/** What streams consist of. */
export const streamed = [journalEntry, chatChunk];

const readiness = z.object({
  status: z.string(),
  generation: z.string().optional(),
  chunks: z.number().optional(),
});

const operators: readonly Operation[] = [
  {
    method: 'get',
    path: '/healthz',
    tag: 'Operations',
    summary: 'Whether the process lives.',
    auth: 'none',
    answers: { 200: { description: 'It does.', schema: z.object({ status: z.string() }) } },
    refusals: [],
  },
  {
    method: 'get',
    path: '/readyz',
    tag: 'Operations',
    summary: 'Whether it can answer, and from which generation.',
    auth: 'none',
    answers: {
      200: { description: 'It can.', schema: readiness },
      503: { description: 'Not now.', schema: readiness },
    },
    refusals: [],
  },
  {
    method: 'get',
    path: '/metrics',
    tag: 'Operations',
    summary: 'Figures for Prometheus.',
    auth: 'metrics',
    answers: { 200: { description: 'Text format.', type: 'text/plain' } },
    refusals: [403, 404],
  },
  {
    method: 'get',
    path: '/api/openapi.json',
    tag: 'Operations',
    summary: 'This description, as OpenAPI 3.1.',
    auth: 'none',
    answers: { 200: { description: 'The document.', schema: z.record(z.string(), z.unknown()) } },
    refusals: [403, 429],
  },
];

export const publicOperations: readonly Operation[] = [
  ...conversations,
  ...customerOperations,
  ...chatCompletions,
  ...operators,
];
