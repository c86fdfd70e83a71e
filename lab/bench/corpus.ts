// Articles to measure with: the sample company's sentences, drawn anew into as many help articles as asked for, so that words and
// lengths are those of a real help centre and every run sees the same ones. And the questions that its customers ask.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { splitSentences } from '#core/sentences.ts';

/** Each section becomes one passage of some 150 words, heading and title included. */
const sectionsPerArticle = 5;
const sectionWords = { least: 100, most: 150 };
const articlesFolder = join(import.meta.dirname, '../../data/knowledge');
const questionsFile = join(import.meta.dirname, '../../data/evals/golden.jsonl');

export interface BenchArticle {
  readonly id: string;
  readonly title: string;
  readonly sections: readonly { readonly heading: string; readonly paragraphs: readonly string[] }[];
}

/** As many as give about `passages` passages. */
export async function makeArticles(passages: number): Promise<BenchArticle[]> {
  const sentences = await readSentences();
  const random = createRandom(42);
  const pick = () => sentences[Math.floor(random() * sentences.length)]!;
  const heading = () => words(pick()).slice(0, 6).join(' ').replace(/\W+$/, '');
  return Array.from({ length: Math.max(1, Math.round(passages / sectionsPerArticle)) }, (_, index) => ({
    id: `bench-${String(index + 1).padStart(5, '0')}`,
    title: heading(),
    sections: Array.from({ length: sectionsPerArticle }, () => {
      const length = sectionWords.least + random() * (sectionWords.most - sectionWords.least);
      const drawn: string[] = [];
      for (let count = 0; count < length; count += words(drawn.at(-1)!).length) drawn.push(pick());
      return { heading: heading(), paragraphs: inGroups(drawn, 3).map((group) => group.join(' ')) };
    }),
  }));
}

/** One article in a hundred, from a place that differs with `round`, gets a sentence more. */
export function editOnePercent(articles: readonly BenchArticle[], round: number): BenchArticle[] {
  const every = Math.min(100, articles.length);
  return articles
    .filter((_, index) => index % every === round % every)
    .map((article) => {
      const [first, ...others] = article.sections;
      const paragraphs = [`Looked through again, note ${round + 1}.`, ...first!.paragraphs];
      return { ...article, sections: [{ ...first!, paragraphs }, ...others] };
    });
}

export async function writeArticles(folder: string, articles: readonly BenchArticle[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const article of articles) await writeFile(join(folder, `${article.id}.md`), toMarkdown(article));
}

/** Each golden question's last turn. */
export async function readQuestions(): Promise<string[]> {
  const lines = (await readFile(questionsFile, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line).turns.at(-1).text as string);
}

function toMarkdown({ id, title, sections }: BenchArticle): string {
  const body = sections.map(({ heading, paragraphs }) => `## ${heading}\n\n${paragraphs.join('\n\n')}\n`);
  return `---\nid: ${id}\ntitle: ${JSON.stringify(title)}\n---\n# ${title}\n\n${body.join('\n')}`;
}

async function readSentences(): Promise<string[]> {
  const names = (await readdir(articlesFolder, { recursive: true })).filter((name) => name.endsWith('.md'));
  const texts = await Promise.all(names.sort().map((name) => readFile(join(articlesFolder, name), 'utf8')));
  return texts.flatMap((text) => {
    const body = text.replace(/^---[\s\S]*?\n---\n/, '');
    return splitSentences(body)
      .map(({ start, end }) => body.slice(start, end).replace(/\s+/g, ' '))
      .map((sentence) => sentence.replace(/^(?:[-*]|\d+\.|#+) /, ''))
      .filter((sentence) => /^[\w*].*\w+ \w+ \w+.*[.!?]$/.test(sentence));
  });
}

function words(text: string): string[] {
  return text.split(' ');
}

function inGroups<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, group) =>
    items.slice(group * size, (group + 1) * size),
  );
}

/** Park and Miller's minimal standard generator (1988). Numbers from 0 to 1. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
