// Public data sets as cases: one small table each, read by one interpreter. The documents of a set are ingested like any others
// (`answerdesk ingest FILE`), under the ids that the table's `gold` refers to.
import { AppError } from '#core/errors.ts';

interface AdapterTable {
  /** For help and errors. */
  readonly about: string;
  /** Fields may be paths: `a.b`, `a.0`. */
  readonly id?: string;
  /** Array of turns, or the text of the one question. */
  readonly turns: string;
  /** Stands in front of each question in a text of several; they are the customer's turns. */
  readonly prefix?: RegExp;
  readonly standalone?: string;
  readonly gold?: string;
  /** Rows are used only where the field has this value. */
  readonly only?: readonly [field: string, value: unknown];
  /** The row must not be answered where the field has one of these values. */
  readonly unanswerable?: readonly [field: string, ...values: unknown[]];
  /** Group in the report. */
  readonly kind?: string;
}

export const adapterTables: Readonly<Record<string, AdapterTable>> = {
  'mtrag-tasks': {
    about: 'MTRAG tasks.jsonl: multi-turn conversations with their gold passages',
    id: 'id',
    turns: 'input',
    gold: 'gold',
    unanswerable: ['answerability.0', 'UNANSWERABLE', 'CONVERSATIONAL'],
    kind: 'collection',
  },
  'mtrag-queries': {
    about:
      'MTRAG retrieval_queries.jsonl: the questions of a conversation, and the rewrite of the last one by people',
    id: 'id',
    turns: 'all_questions',
    prefix: /\|user\|:\s*/,
    standalone: 'rewrite',
    gold: 'gold_in_pool',
    kind: 'collection',
  },
  'dstc-faq': {
    about: 'DSTC9/10/11 dialogues_*.jsonl: dialogues with the entry of the FAQ they need',
    id: 'id',
    turns: 'turns',
    gold: 'gold',
    only: ['needs_knowledge', true],
  },
  'tau2-banking': {
    about: 'tau2-bench banking_knowledge tasks.jsonl: scenarios with the documents they need',
    id: 'id',
    turns: 'scenario',
    gold: 'required_documents',
  },
  banking77: {
    about: 'BANKING77 test.jsonl: labelled questions; every one is in scope',
    turns: 'text',
    kind: 'label',
  },
  clinc150: {
    about: 'CLINC150 test.jsonl and oos_test.jsonl: labelled questions, label `oos` is out of scope',
    turns: 'text',
    kind: 'label',
    unanswerable: ['label', 'oos'],
  },
};

export interface CaseAdapter {
  readonly name: string;
  /** A row of the data set in the form of `evalCaseSchema`; undefined for a row that is no case. */
  toCase(row: unknown, fallbackId: string): unknown;
}

export function findAdapter(name: string): CaseAdapter {
  const table = adapterTables[name];
  if (!table) {
    const known = Object.entries(adapterTables).map(([key, { about }]) => `  ${key}: ${about}`);
    throw new AppError('bad-request', `There is no adapter "${name}". These exist:\n${known.join('\n')}`);
  }
  return { name, toCase: (row, fallbackId) => adapt(table, row, fallbackId) };
}

function adapt(table: AdapterTable, row: unknown, fallbackId: string): unknown {
  const read = (field: string | undefined) => (field === undefined ? undefined : valueAt(row, field));
  if (table.only && read(table.only[0]) !== table.only[1]) return undefined;
  const gold = read(table.gold);
  const questionsIn = (value: unknown) => {
    if (typeof value !== 'string') return undefined;
    return (table.prefix ? value.split(table.prefix) : [value])
      .map((text) => text.trim())
      .filter((text, index, all) => text !== '' || all.length === 1 || index > 0);
  };
  const turns = read(table.turns);
  const unanswerable = table.unanswerable?.slice(1).includes(read(table.unanswerable[0])) ?? false;
  const standalone = questionsIn(read(table.standalone))?.join(' ');
  // Retrieval cannot be judged where the passages were never published.
  if (table.gold && !unanswerable && Array.isArray(gold) && gold.length === 0) return undefined;
  const kind = read(table.kind);
  return {
    id: read(table.id) ?? fallbackId,
    ...(unanswerable ? { kind: 'unanswerable' } : typeof kind === 'string' ? { kind } : {}),
    turns: questionsIn(turns)?.map((text) => ({ role: 'customer', text })) ?? turns,
    ...(standalone === undefined ? {} : { standalone }),
    gold: unanswerable ? [] : (gold ?? []),
  };
}

function valueAt(row: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      row,
    );
}
