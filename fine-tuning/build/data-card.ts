// What a training set was made of, for whoever trains on it, and for whoever has to say later what a model knows (after Gebru et al.,
// Datasheets for Datasets, 2018).
import { z } from 'zod';
import type { SourceTerms } from '#core/source-terms.ts';
import type { MadeExample } from './make-examples.ts';
import { type SplitName, splitNames } from './split-examples.ts';

export interface SplitFigures {
  /** Lines of the file. */
  readonly examples: number;
  readonly conversations: number;
  readonly customers: number;
  readonly ofArticles: number;
  readonly refusals: number;
  /** Passages in a prompt that the answer does not rest on, mean. */
  readonly distractors: number;
  /** Sentences of agents that were cut, because no article says them. */
  readonly cut: number;
  /** By the estimate that is never too low; of all examples, and of the longest. */
  readonly tokens: number;
  readonly longest: number;
  /** Days. */
  readonly from?: string;
  readonly to?: string;
}

export interface TrainingCard {
  readonly schemaVersion: 1;
  readonly name: string;
  readonly createdAt: string;
  readonly generation: string;
  readonly settings: {
    readonly seed: number;
    readonly contextTokens: number;
    readonly refusals: number;
    readonly validation: number;
    readonly test: number;
    readonly balance: readonly string[];
  };
  readonly splits: Readonly<Record<SplitName, SplitFigures>>;
  /** Of the training file, before balancing and after it: by kind of label, class and count. */
  readonly balance: Readonly<
    Record<string, Readonly<Record<string, readonly [before: number, after: number]>>>
  >;
  /** Conversations and sections that teach nothing, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
  readonly sources: readonly { readonly name: string; readonly terms?: SourceTerms | undefined }[];
  /** Of the last look before writing. */
  readonly personalData: { readonly detectors: readonly string[]; readonly leftOut: number };
  /** SHA-256, hexadecimal. */
  readonly files: Readonly<Record<string, string>>;
}

/** What training and submitting need of a card. */
export const trainingCardSchema = z.looseObject({
  schemaVersion: z.literal(1),
  name: z.string(),
  createdAt: z.string(),
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
  splits: z.record(z.enum(splitNames), z.looseObject({ examples: z.int(), tokens: z.int() })),
});

export function splitFigures(
  examples: readonly MadeExample[],
  countTokens: (text: string) => number,
): SplitFigures {
  const asked = examples.filter(({ from }) => from.kind === 'conversation');
  const tokens = examples.map(({ example }) =>
    example.messages.reduce((sum, { content }) => sum + countTokens(content), 0),
  );
  const days = asked.flatMap(({ from }) => from.at?.slice(0, 10) ?? []).sort();
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
  return {
    examples: examples.length,
    conversations: new Set(asked.map(({ from }) => from.id)).size,
    customers: new Set(asked.map(({ from }) => from.group)).size,
    ofArticles: examples.length - asked.length,
    refusals: examples.filter(({ teaches }) => teaches === 'refusal').length,
    distractors:
      Math.round((100 * sum(examples.map((one) => one.distractors))) / Math.max(1, examples.length)) / 100,
    cut: sum(examples.map(({ cut }) => cut)),
    tokens: sum(tokens),
    longest: tokens.reduce((most, one) => Math.max(most, one), 0),
    ...(days.length > 0 ? { from: days[0]!, to: days.at(-1)! } : {}),
  };
}

/** Classes of conversations before balancing and after it. */
export function balanceFigures(
  before: readonly MadeExample[],
  after: readonly MadeExample[],
): TrainingCard['balance'] {
  const count = (examples: readonly MadeExample[], kind: 'intent' | 'product' | 'language') => {
    const asked = examples.filter(({ from }) => from.kind === 'conversation');
    const groups = Map.groupBy(asked, ({ from }) => from.labels[kind] ?? 'unknown');
    return new Map([...groups].map(([value, own]) => [value, own.length]));
  };
  return Object.fromEntries(
    (['intent', 'product', 'language'] as const).map((kind) => {
      const then = count(before, kind);
      const now = count(after, kind);
      const classes = [...then].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      return [
        kind,
        Object.fromEntries(classes.map(([value, n]) => [value, [n, now.get(value) ?? 0] as const])),
      ];
    }),
  );
}

export function trainingCardMarkdown(card: TrainingCard): string {
  const { name, createdAt, generation, settings, splits, balance, leftOut, sources, personalData, files } =
    card;
  const row = (title: string, value: (figures: SplitFigures) => string | number) =>
    `| ${title} | ${splitNames.map((split) => value(splits[split])).join(' | ')} |`;
  return `# Training data \`${name}\`

Made ${createdAt} of \`${generation}\` and the conversations of the desk. Seed ${settings.seed}; prompts fit into ${settings.contextTokens} tokens.
Of the answers that people of the team gave, sentences were cut that no article supports; nothing was written anew. Every ${
    settings.refusals > 0 ? `${Math.round(1 / settings.refusals)}th question` : 'question, at most,'
  } is asked once more without the passages that answer: then the answer is that it is not known.

| | ${splitNames.join(' | ')} |
|---|${splitNames.map(() => '---|').join('')}
${[
  row('Examples', ({ examples }) => examples),
  row('Conversations', ({ conversations }) => conversations),
  row('Customers, each in one split', ({ customers }) => customers),
  row('Of articles', ({ ofArticles }) => ofArticles),
  row('"I do not know"', ({ refusals }) => refusals),
  row('Passages that do not answer, a prompt', ({ distractors }) => distractors),
  row('Sentences of agents that were cut', ({ cut }) => cut),
  row('Tokens, at most', ({ tokens }) => tokens),
  row('Tokens of the longest example', ({ longest }) => longest),
  row('From', ({ from }) => from ?? ''),
  row('To', ({ to }) => to ?? ''),
].join('\n')}

## Balance of the training file

${settings.balance.length > 0 ? `Rare groups of ${settings.balance.join(', ')} come more often.` : 'As the conversations are; `--balance intent,language` makes rare groups count more.'}

| | class | before | after |
|---|---|---|---|
${Object.entries(balance)
  .flatMap(([kind, classes]) =>
    Object.entries(classes).map(
      ([value, [before, after]]) => `| ${kind} | ${cell(value)} | ${before} | ${after} |`,
    ),
  )
  .join('\n')}

## Left out

| why | how many |
|---|---|
${Object.entries(leftOut)
  .map(([why, count]) => `| ${why} | ${count} |`)
  .join('\n')}

## Personal data

Every example was read again by ${personalData.detectors.join(' and ')} before it was written; ${personalData.leftOut} in which they found something were left out.

## Sources

| source | licence | basis | purpose |
|---|---|---|---|
${sources
  .map(
    ({ name: source, terms }) =>
      `| ${cell(source)} | ${cell(terms?.licence ?? 'not stated')} | ${terms?.legalBasis ?? 'not stated'} | ${cell(terms?.purpose ?? 'not stated')} |`,
  )
  .join('\n')}

## Files

| file | SHA-256 |
|---|---|
${Object.entries(files)
  .map(([file, sha256]) => `| ${file} | \`${sha256}\` |`)
  .join('\n')}
`;
}

function cell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\s+/g, ' ');
}
