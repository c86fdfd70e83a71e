// A large corpus with the words and lengths of real help articles: sections of articles that are given, put together anew, each with a
// number of its own so that no two are the same.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';

/** About as many words as one passage has. */
const wordsPerPassage = 130;
const sectionsPerArticle = 5;

interface ArticleRecord {
  readonly text?: string;
  readonly markdown?: string;
  readonly body?: string;
}

/** `files`: JSON lines of articles. Writes as many articles as give about `passages` passages. */
export async function writeCorpus(path: string, files: readonly string[], passages: number): Promise<void> {
  const sections = (await Promise.all(files.map(readSections))).flat();
  const out = createWriteStream(path);
  for (let article = 0; article < passages / sectionsPerArticle; article += 1) {
    const picked = Array.from({ length: sectionsPerArticle }, (_, index) => {
      const at = Math.imul(article * sectionsPerArticle + index + 1, 0x9e3779b1) >>> 0;
      return `## Part ${index + 1} of ${article}\n\n${sections[at % sections.length]}`;
    });
    const record = { id: `made-${article}`, title: `Article ${article}`, text: picked.join('\n\n') };
    if (!out.write(`${JSON.stringify(record)}\n`)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}

async function readSections(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const { text, markdown, body } = JSON.parse(line) as ArticleRecord;
    const words = (markdown ?? text ?? body ?? '').replace(/[<>#|`{}]/g, ' ').split(/\s+/);
    return Array.from({ length: Math.floor(words.length / wordsPerPassage) }, (_, index) =>
      words.slice(index * wordsPerPassage, (index + 1) * wordsPerPassage).join(' '),
    );
  });
}
