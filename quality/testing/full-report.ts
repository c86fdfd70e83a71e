// A data report that has something in every part, for tests of its page.
import { createBiasTally } from '../bias/group-outcomes.ts';
import type { DataReport } from '../report/data-report.ts';

const bias = createBiasTally();
const add = (groups: Parameters<typeof bias.add>[0]['groups'], count: number, answered: number) => {
  for (let at = 0; at < count; at++)
    bias.add({
      groups,
      outcome: { answered: at < answered },
      ...(at % 10 === 0 ? { waitSeconds: 60 + at } : {}),
    });
};
add({ language: 'en', channel: 'the only channel' }, 400, 320);
add({ language: 'es', channel: 'the only channel' }, 60, 20);

const returns = { documentId: 'returns', title: '<b>Returns</b>' };
const policy = { documentId: 'policy', title: 'Policy' };

export const fullReport: DataReport = {
  schemaVersion: 1,
  createdAt: '2026-05-01T10:00:00.000Z',
  generation: { id: 'gen-000001', createdAt: '2026-05-01T09:00:00.000Z', modelId: 'model' },
  counts: {
    articles: 3,
    internalArticles: 1,
    pastConversations: 20,
    chatConversations: 460,
    cards: 2,
    passages: 9,
    sources: [{ name: 'help', articles: 3, conversations: 20 }],
  },
  missing: [{ what: 'a date', of: 'articles', missing: 1, total: 3 }],
  lengths: [{ of: 'articles', n: 3, shortest: 10, median: 200, ninetieth: 900, longest: 1_200 }],
  languages: [{ language: 'en', articles: 3, conversations: 420 }],
  labels: [
    {
      kind: 'sentiment',
      labelled: 0.9,
      byPeople: 40,
      meanProbability: 0.8,
      classes: [
        { value: 'neutral', count: 300, share: 0.75 },
        { value: 'negative', count: 100, share: 0.25 },
      ],
    },
  ],
  voters: [{ kind: 'sentiment', voter: 'words/sure', votes: 90, claimed: 0.8, estimated: 0.7 }],
  agreement: [
    {
      kind: 'sentiment',
      annotators: ['Ana', 'Ben'],
      conversations: 40,
      shared: 20,
      alpha: 0.7,
      kappas: [{ pair: ['Ana', 'Ben'], kappa: 0.69, n: 20 }],
      disagreements: [{ conversation: 'c1', values: { Ana: 'neutral', Ben: 'negative' } }],
    },
  ],
  duplicates: { exact: [[returns, policy]], near: [] },
  contradictions: {
    found: [
      {
        first: { ...returns, text: 'Return it within 30 days.', quantity: '30 days' },
        second: { ...policy, text: 'Returns are taken for 14 days.', quantity: '14 days' },
        cosine: 0.8,
      },
    ],
    facts: 12,
    leftOut: 0,
  },
  leftOut: [{ source: 'help', reason: 'empty', records: 2 }],
  freshness: {
    dated: 2,
    undated: 1,
    medianDays: 300,
    ages: [
      { label: 'a month', articles: 1 },
      { label: 'half a year', articles: 0 },
      { label: 'a year', articles: 0 },
      { label: 'longer ago', articles: 1 },
    ],
    oldest: [{ ...policy, updated: '2024-01-01' }],
  },
  coverage: {
    threshold: 0.6,
    intents: [
      { intent: 'refund', conversations: 100, covered: 0.8, low: 0.7, high: 0.87, nearest: 'Policy' },
    ],
  },
  bias: bias.report(),
  evals: { run: 'run-7', cases: 100 },
};
