// answerdesk evals draft: proposes cases from what the team has. What customers asked becomes the question, the article that fits
// the agent's reply best becomes the source. A person decides: a draft is used only once `accept` is true.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loadConfig } from '#app/config.ts';
import { openKnowledge } from '#app/open-knowledge.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Chunk, Document } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import type { Retriever } from '#core/retriever.ts';
import { splitSentences } from '#core/sentences.ts';
import { closedToTraining } from '#core/source-terms.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';

/** A line of the file, in the form of `evalCaseSchema`. */
export interface DraftedCase {
  readonly id: string;
  readonly kind: 'single';
  readonly accept: null;
  readonly note: string;
  readonly turns: readonly [{ readonly role: 'customer'; readonly text: string }];
  readonly gold: readonly string[];
  readonly facts: readonly string[];
  readonly must_not: readonly string[];
}

export interface DraftRequest extends CallOptions {
  readonly source?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly out: string;
  readonly count: number;
}

/** Resolves to how many were written to `out`. */
export async function draftCases({ source, dataDir, out, count, signal }: DraftRequest): Promise<number> {
  const loaded = loadConfig();
  const config = dataDir === undefined ? loaded : { ...loaded, dataDir };
  await using knowledge = await openKnowledge(config);
  const current = knowledge.current();
  const { documents, chunks } = (await openCurrentGeneration(config.dataDir))!;
  const sources = current.generation.sources.map(({ name }) => name);
  if (source !== undefined && !sources.includes(source))
    throw new AppError('bad-request', `There is no source ${source}. There are: ${sources.join(', ')}.`);
  const closed = closedToTraining(current.generation.sources);
  if (source !== undefined && closed.has(source))
    throw new AppError(
      'bad-request',
      `The settings of source ${source} say "training: no": no cases are made of it.`,
    );
  const own = ({ source: name, audience }: { source: string; audience: string }) =>
    audience === 'customer' && !closed.has(name) && (source === undefined || name === source);
  const fromConversations = await draftFromConversations(
    documents.filter(({ metadata }) => metadata.kind === 'transcript' && own(metadata)),
    current,
    signal ? { signal } : {},
  );
  const fromArticles = draftFromArticles(chunks.filter((chunk) => chunk.kind === 'article' && own(chunk)));
  const drafts = alternate(fromConversations, fromArticles).slice(0, count);
  if (drafts.length === 0)
    throw new AppError(
      'bad-input',
      'Nothing to draft from: there are no articles or conversations for customers.',
    );
  await mkdir(dirname(out), { recursive: true });
  try {
    await writeFile(out, drafts.map((draft) => `${JSON.stringify(draft)}\n`).join(''), { flag: 'wx' });
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `${out} cannot be written: ${cause instanceof Error ? cause.message : cause}. Decisions made in an earlier draft are never overwritten.`,
      { cause },
    );
  }
  return drafts.length;
}

/** The customer's own words, which no article has. */
export async function draftFromConversations(
  conversations: readonly Document[],
  knowledge: Retriever,
  options: CallOptions = {},
): Promise<DraftedCase[]> {
  const drafts: DraftedCase[] = [];
  for (const { id, pageContent } of conversations) {
    const [, question, resolution] = /^## (.+)\n\n([\s\S]+)$/.exec(pageContent) ?? [];
    // A cut question is no question.
    if (!question || !resolution || question.endsWith('…') || question.length < 20) continue;
    const found = await knowledge.retrieve(`${question}\n${resolution}`, {
      ...options,
      k: 20,
      filter: { audiences: ['customer'] },
    });
    const best = found.find(({ chunk }) => chunk.kind === 'article')?.chunk;
    const gold = best?.documentId ?? id;
    drafts.push({
      id: `draft-${id}`,
      kind: 'single',
      accept: null,
      note: `From conversation ${id}. The agent said: ${resolution.replace(/\s+/g, ' ').slice(0, 300)}`,
      turns: [{ role: 'customer', text: question }],
      gold: [gold],
      facts: best ? sharedFacts(resolution, best.text) : [],
      must_not: [],
    });
  }
  return drafts;
}

/** Headings that are questions already; others say too little of how customers ask. */
export function draftFromArticles(chunks: readonly Chunk[]): DraftedCase[] {
  return chunks.flatMap(({ id, documentId, title, headingPath, text }) => {
    const heading = headingPath.at(-1) ?? title;
    const question = heading.endsWith('?')
      ? heading
      : /(?:^|\n)\**([A-Z][^\n.?!*]{12,120}\?)\**/.exec(text)?.[1];
    if (question === undefined) return [];
    return [
      {
        id: `draft-${id.replace('#', '-')}`,
        kind: 'single' as const,
        accept: null,
        note: `From the article “${title}”. Put the question into a customer’s words: the article’s own are found too easily.`,
        turns: [{ role: 'customer' as const, text: question }] as const,
        gold: [documentId],
        facts: factsIn(text).slice(0, 2),
        must_not: [],
      },
    ];
  });
}

const amount =
  /(?:[£€$]\s?\d[\d.,]*|\b\d[\d.,]*\s?(?:%|°C|seconds?|minutes?|hours?|(?:working )?days?|weeks?|months?|years?|times?|people|phones?|homes?|cm|m|km|mm|V|A|GHz|MHz)\b)/g;

/** Amounts with their unit: short, and right or wrong. */
function factsIn(text: string): string[] {
  return [...new Set(text.match(amount) ?? [])];
}

function sharedFacts(resolution: string, article: string): string[] {
  const said = new Set(factsIn(resolution));
  const facts = factsIn(article).filter((fact) => said.has(fact));
  if (facts.length > 0) return facts.slice(0, 3);
  // Else the rarest word that both use, from the article's sentence closest to the reply.
  const words = new Set(tokenizeForSearch(resolution));
  const sentences = splitSentences(article).map(({ start, end }) => article.slice(start, end));
  const overlap = (sentence: string) => tokenizeForSearch(sentence).filter((word) => words.has(word)).length;
  const closest = sentences.toSorted((a, b) => overlap(b) - overlap(a))[0] ?? '';
  const bold = /[A-Z][\w’'-]+(?: → [A-Z][\w’' -]+)+|“[^”]{3,40}”/.exec(closest)?.[0];
  return bold === undefined ? [] : [bold];
}

function alternate<Item>(one: readonly Item[], other: readonly Item[]): Item[] {
  return Array.from({ length: Math.max(one.length, other.length) }, (_, index) => [one[index], other[index]])
    .flat()
    .filter((item) => item !== undefined);
}
