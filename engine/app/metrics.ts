// What Prometheus reads. Labels have few values: routes as declared, closed unions, never an id.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AnswerObserver } from '#chat/answer.ts';
import type { QualityObserver } from '#chat/runs/answer-quality.ts';
import type { AnsweringObserver } from '#chat/runs/answering.ts';
import type { RerankObserver } from '#core/reranker.ts';
import type { GenerationInfo } from '#core/retriever.ts';

export interface Metrics {
  readonly registry: Registry;
  readonly answer: AnswerObserver;
  readonly answering: AnsweringObserver;
  readonly quality: QualityObserver;
  readonly reranking: RerankObserver;
  readonly customers: { rated(rating: 'up' | 'down', isByPerson: boolean): void };
  httpRequest(request: { method: string; route: string; status: number; durationMs: number }): void;
  readonly sockets: Gauge;
  readonly eventStreams: Gauge;
  /** Asked whenever the metrics are read. */
  countAnswers(active: () => number): void;
  /** Also on each change of generation. */
  generation(info: GenerationInfo): void;
}

const fast = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const shares = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const slow = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40];

export function createMetrics(): Metrics {
  let activeAnswers = () => 0;
  const registry = new Registry();
  const registers = [registry];
  // Includes nodejs_eventloop_lag_*_seconds, memory and garbage collection.
  collectDefaultMetrics({ register: registry });

  const requests = new Counter({
    name: 'answerdesk_http_requests_total',
    help: 'HTTP requests answered.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'answerdesk_http_request_seconds',
    help: 'Duration of HTTP requests; of event streams, how long they were open.',
    labelNames: ['route'],
    buckets: slow,
    registers,
  });
  const answers = new Counter({
    name: 'answerdesk_answers_total',
    help: 'Answers ended: by decision, or cancelled, interrupted, error.',
    labelNames: ['outcome'],
    registers,
  });
  const answerSeconds = new Histogram({
    name: 'answerdesk_answer_seconds',
    help: 'From the arrival of a message to the end of its answer.',
    buckets: slow,
    registers,
  });
  const firstTokenSeconds = new Histogram({
    name: 'answerdesk_first_token_seconds',
    help: 'From the arrival of a message to the first text of its answer.',
    buckets: slow,
    registers,
  });
  const retrievalSeconds = new Histogram({
    name: 'answerdesk_retrieval_seconds',
    help: 'Finding passages for one question. Embedding it is no part of this: the vector comes from understanding it.',
    buckets: fast,
    registers,
  });
  const reranks = new Counter({
    name: 'answerdesk_reranks_total',
    help: 'Questions whose passages were ranked again: complete, sure (stopped early), late (went on with what was read in time), failed (went on without).',
    labelNames: ['outcome'],
    registers,
  });
  const rerankSeconds = new Histogram({
    name: 'answerdesk_rerank_seconds',
    help: 'Ranking the passages of one question again; a part of answerdesk_retrieval_seconds.',
    buckets: fast,
    registers,
  });
  const tokens = new Counter({
    name: 'answerdesk_answer_tokens_total',
    help: 'Pieces of answers streamed: tokens, with a language model.',
    registers,
  });
  const characters = new Counter({
    name: 'answerdesk_answer_characters_total',
    help: 'Characters of answers streamed (UTF-16 code units).',
    registers,
  });
  const modelFailures = new Counter({
    name: 'answerdesk_model_failures_total',
    help: 'Failures of the chat model, also those that the extractive answer made up for.',
    labelNames: ['code'],
    registers,
  });
  const guardedSentences = new Counter({
    name: 'answerdesk_guarded_sentences_total',
    help: 'Sentences that a chat model wrote: kept, cited-anew (kept with another source than it gave), dropped.',
    labelNames: ['fate'],
    registers,
  });
  const replacedAnswers = new Counter({
    name: 'answerdesk_answers_replaced_total',
    help: 'Answers quoted from the articles in place of what the chat model wrote or was to write, by why: unsupported, failed, busy, resting, spent.',
    labelNames: ['because'],
    registers,
  });
  const confidence = new Histogram({
    name: 'answerdesk_confidence',
    help: 'Fitted probability that the passages found hold the answer, by what was then done. 1 minus the mean over "answer" is the share of answers to be expected without their passage; the count of "answer" over all is the coverage.',
    labelNames: ['decision'],
    buckets: shares,
    registers,
  });
  const sampledAnswers = new Counter({
    name: 'answerdesk_sampled_answers_total',
    help: 'Answers drawn for checking (ANSWERDESK_QUALITY_SAMPLE): scored, dropped because too many waited, or failed.',
    labelNames: ['outcome'],
    registers,
  });
  const sampledSentences = new Counter({
    name: 'answerdesk_sampled_sentences_total',
    help: 'Sentences of the answers checked, by whether the passage that they cite supports them (a local score, not entailment).',
    labelNames: ['supported'],
    registers,
  });
  const groundedness = new Histogram({
    name: 'answerdesk_sampled_groundedness',
    help: 'Share of the sentences of an answer that the passages cited support.',
    buckets: shares,
    registers,
  });
  const ratings = new Counter({
    name: 'answerdesk_conversation_ratings_total',
    help: 'Conversations that customers rated, by the first rating of each and by whether a person took part.',
    labelNames: ['rating', 'person'],
    registers,
  });
  const generationInfo = new Gauge({
    name: 'answerdesk_knowledge_base_info',
    help: 'The generation in use; always 1.',
    labelNames: ['generation', 'model'],
    registers,
  });
  const chunks = new Gauge({
    name: 'answerdesk_knowledge_base_chunks',
    help: 'Passages in the generation in use.',
    registers,
  });
  const documents = new Gauge({
    name: 'answerdesk_knowledge_base_documents',
    help: 'Documents in the generation in use.',
    registers,
  });
  new Gauge({
    name: 'answerdesk_answers_active',
    help: 'Answers being written or waiting for their turn.',
    registers,
    collect() {
      this.set(activeAnswers());
    },
  });

  return {
    registry,
    sockets: new Gauge({ name: 'answerdesk_sockets', help: 'Sockets connected.', registers }),
    eventStreams: new Gauge({ name: 'answerdesk_event_streams', help: 'Event streams open.', registers }),
    countAnswers(active) {
      activeAnswers = active;
    },
    answer: {
      retrieved: (durationMs) => retrievalSeconds.observe(durationMs / 1000),
      decided: ({ decision, confidence: probability }) => confidence.observe({ decision }, probability),
      modelFailed: (_model, { code }) => modelFailures.inc({ code }),
      guarded({ kept, citedAnew, dropped }) {
        guardedSentences.inc({ fate: 'kept' }, kept - citedAnew);
        guardedSentences.inc({ fate: 'cited-anew' }, citedAnew);
        guardedSentences.inc({ fate: 'dropped' }, dropped);
      },
      replaced: (because) => replacedAnswers.inc({ because }),
    },
    quality: {
      scored({ supported, total }) {
        sampledAnswers.inc({ outcome: 'scored' });
        sampledSentences.inc({ supported: 'true' }, supported);
        sampledSentences.inc({ supported: 'false' }, total - supported);
        groundedness.observe(supported / total);
      },
      dropped: () => sampledAnswers.inc({ outcome: 'dropped' }),
      failed: () => sampledAnswers.inc({ outcome: 'failed' }),
    },
    customers: {
      rated: (rating, isByPerson) => ratings.inc({ rating, person: String(isByPerson) }),
    },
    reranking: {
      reranked({ outcome, durationMs }) {
        reranks.inc({ outcome });
        rerankSeconds.observe(durationMs / 1000);
      },
    },
    answering: {
      firstText: (durationMs) => firstTokenSeconds.observe(durationMs / 1000),
      delta(length) {
        tokens.inc();
        characters.inc(length);
      },
      ended(outcome, durationMs) {
        answers.inc({ outcome });
        answerSeconds.observe(durationMs / 1000);
      },
    },
    httpRequest({ method, route, status, durationMs }) {
      requests.inc({ method, route, status });
      requestSeconds.observe({ route }, durationMs / 1000);
    },
    generation({ id, modelId, ...counts }) {
      generationInfo.reset();
      generationInfo.set({ generation: id, model: modelId }, 1);
      chunks.set(counts.chunks);
      documents.set(counts.documents);
    },
  };
}
