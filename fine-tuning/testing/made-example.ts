// Examples and passages as tests need them.
import type { ScoredChunk } from '#core/document.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import type { MadeExample } from '../build/make-examples.ts';

export function passage(id: string, text: string): ScoredChunk {
  const chunk = { ...makeChunk({ text, title: id }), id: `${id}#0`, documentId: id };
  return { chunk, score: 1, evidence: {} };
}

export function madeExample(from: Partial<MadeExample['from']> = {}): MadeExample {
  const question = { author: 'customer' as const, text: 'How do I reset it?' };
  return {
    example: {
      messages: [
        { role: 'user', content: question.text },
        { role: 'assistant', content: 'Hold the dial [1].' },
      ],
      conversationId: from.id ?? 'c-1',
    },
    from: {
      kind: 'conversation',
      id: 'c-1',
      source: 'chat',
      group: 'one',
      at: '2026-01-01T00:00:00Z',
      language: 'en',
      labels: { intent: 'reset' },
      turns: [question],
      answer: 'Hold the dial.',
      ...from,
    },
    teaches: 'answer',
    passages: 2,
    distractors: 1,
    cut: 0,
  };
}
