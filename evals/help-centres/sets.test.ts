// The sets that ship, and, where the articles are at hand, whether their offsets fit.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '#app/config.ts';
import { readAnswerSet, readCentres } from './answer-set.ts';
import { articlesPath, problemsInCentre, readHelpCentre } from './help-centre.ts';

const sets = join(import.meta.dirname, '../sets');
const articles = loadConfig().helpCentres ?? join(sets, '../../../shared/data/help_centres');
const centres = await readCentres(sets);
const written = centres.filter(({ name }) => existsSync(join(sets, `${name}.jsonl`)));

describe('the sets of questions', () => {
  it('say what each centre may be used for', () => {
    const use = (wanted: string) => centres.filter((centre) => centre.use === wanted).map(({ name }) => name);
    expect(use('training')).toEqual(['login_gov', 'sendgrid', 'adobe_commerce_kb']);
    expect(use('tuning')).toEqual(['duckduckgo', 'firefly_iii']);
    expect(use('test')).toEqual(['ente', 'adguard', 'ibm_cloud_account']);
  });

  it.each(written)('$name holds at least 60 questions, 15 of them unanswerable', async ({ name }) => {
    const questions = (await readAnswerSet(sets, name))!;
    expect(questions.length).toBeGreaterThanOrEqual(60);
    expect(questions.filter((one) => one.expect === 'decline').length).toBeGreaterThanOrEqual(15);
    expect(questions.every(({ id }) => id.startsWith(`${name}-`))).toBe(true);
  });

  it('use each id once', async () => {
    const all = await Promise.all(written.map(async ({ name }) => (await readAnswerSet(sets, name))!));
    const ids = all.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the sets beside their articles (skipped where ANSWERDESK_HELP_CENTRES does not hold them)', () => {
  for (const { name } of written)
    it.skipIf(!existsSync(articlesPath(articles, name)))(`${name} fits its articles`, async () => {
      const centre = (await readHelpCentre(articles, name))!;
      expect(problemsInCentre((await readAnswerSet(sets, name))!, centre)).toEqual([]);
    });
});
