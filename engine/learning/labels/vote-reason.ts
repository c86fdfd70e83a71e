// Why the customer got in touch: by words of their language, by sentences that mean the same, by what their turns do.
import type { Reason } from './label-kinds.ts';
import { countOf, labelWords } from './label-words.ts';
import type { LabellingFunction } from './labelling-function.ts';
import { nearestGroup, type VectorGroup } from './nearest-group.ts';

/** What customers write for each reason. Embedded once; a multilingual embedder finds the same in other languages. */
export const reasonExamples: Readonly<Record<Reason, readonly string[]>> = {
  'how-to': [
    'How do I set this up?',
    'How can I change this setting?',
    'Where do I find the option for this?',
    'What are the steps to do this?',
  ],
  problem: [
    'It does not work any more.',
    'I get an error message.',
    'The app crashes when I open it.',
    'It is broken and will not start.',
  ],
  order: [
    'Where is my parcel?',
    'When will my order arrive?',
    'I want to send the item back.',
    'The wrong item was delivered.',
  ],
  billing: [
    'I was charged twice.',
    'Please send me an invoice.',
    'When do I get my refund?',
    'My card payment was declined.',
  ],
  account: [
    'I cannot log in to my account.',
    'I forgot my password.',
    'How do I change my e-mail address?',
    'My account is locked.',
  ],
  cancellation: [
    'I want to cancel my subscription.',
    'Please delete my account.',
    'Cancel my order, please.',
    'I want to end my contract.',
  ],
  complaint: [
    'This is unacceptable, I want to complain.',
    'Your service is terrible.',
    'Nobody has replied for weeks.',
    'I am very disappointed with you.',
  ],
  information: [
    'Do you have this in another colour?',
    'Is it compatible with my device?',
    'What is the difference between the two?',
    'What are your opening hours?',
  ],
};

/** More specific first: "how do I cancel" is a cancellation, and so is a complaint about one. */
const precedence: readonly Reason[] = [
  'cancellation',
  'billing',
  'order',
  'account',
  'complaint',
  'problem',
  'how-to',
  'information',
];
/** Cosine below which a text resembles none of them. */
const leastCosine = 0.35;
/** Between the best and the next; from there on the best is sure. */
const sureMargin = 0.12;

export function reasonFunctions(examples: readonly VectorGroup[]): LabellingFunction[] {
  return [
    {
      name: 'words',
      kind: 'reason',
      vote({ problem, language }) {
        const table = labelWords[language];
        if (!table || problem === '') return undefined;
        const counts = precedence.map((reason) => [reason, countOf(table.reasons[reason], problem)] as const);
        const most = Math.max(...counts.map(([, count]) => count));
        if (most === 0) return undefined;
        const found = counts.filter(([, count]) => count > 0);
        const [value] = found.find(([reason, count]) => count === most || isSpecific(reason))!;
        return { value, confidence: found.length === 1 ? 0.8 : 0.6 };
      },
    },
    {
      name: 'meaning',
      kind: 'reason',
      vote({ vector }) {
        const near = vector && nearestGroup(examples, vector);
        if (!near || near.cosine < leastCosine) return undefined;
        return { value: near.name, confidence: near.margin >= sureMargin ? 0.8 : 0.55 };
      },
    },
    {
      name: 'acts',
      kind: 'reason',
      vote({ acts }) {
        const first = acts.find(({ act }) => act !== 'greeting');
        return first?.act === 'anger' ? { value: 'complaint', confidence: 0.7 } : undefined;
      },
    },
  ];
}

function isSpecific(reason: Reason): boolean {
  return precedence.indexOf(reason) < precedence.indexOf('problem');
}
