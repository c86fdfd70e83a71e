import { describe, expect, it } from 'vitest';
import { editOnePercent, makeArticles } from './corpus.ts';

const lengthOf = (paragraphs: readonly string[]) => paragraphs.join(' ').split(' ').length;

describe('bench corpus', () => {
  it('is the same in every run, with sections of real length', async () => {
    const articles = await makeArticles(1_000);
    expect(await makeArticles(1_000)).toEqual(articles);
    expect(articles).toHaveLength(200);
    expect(new Set(articles.map(({ id }) => id)).size).toBe(200);
    const lengths = articles.flatMap(({ sections }) =>
      sections.map(({ paragraphs }) => lengthOf(paragraphs)),
    );
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(100);
    expect(lengths.reduce((a, b) => a + b) / lengths.length).toBeCloseTo(132, -1);
  });

  it('edits one article in a hundred, other ones each time', async () => {
    const articles = await makeArticles(1_000);
    const first = editOnePercent(articles, 0);
    const second = editOnePercent(articles, 1);
    expect(first).toHaveLength(2);
    expect(second).toHaveLength(2);
    expect(first.map(({ id }) => id)).not.toEqual(second.map(({ id }) => id));
    for (const article of first) expect(article).not.toEqual(articles.find(({ id }) => id === article.id));
  });
});
