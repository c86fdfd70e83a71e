import { expect, it } from 'vitest';
import { fullReport } from '../testing/full-report.ts';
import { headlinesOf } from './headlines.ts';
import { toReportPage } from './report-page.ts';

it('says in sentences what stands well and what to do first', () => {
  expect(headlinesOf(fullReport).map(({ word, figure, text }) => `${word}: ${figure} ${text}`)).toEqual([
    'look: 80 % of conversations have an article that is about the same.',
    'look: 1 pair of articles may state different numbers or dates for the same.',
    'act: 2 of 2 comparisons show a group of customers that fares differently beyond chance.',
    'act: 50 % of the articles with a date are older than a year.',
    'look: 1 group of articles have the same text, or nearly.',
    "look: 0.70 is the lowest agreement between people who labelled (Krippendorff's alpha; 40 labels of people).",
  ]);
});

it('names the group that fares worse, says what came from an evals run, and shows no group that stands alone', () => {
  const page = toReportPage(fullReport);
  expect(page).toContain('<strong>es</strong> (language, 60 conversations): answered 33 %, all others 80 %');
  expect(page).toContain('Begin with &quot;es&quot; (language).');
  expect(page.indexOf('<strong>es</strong>')).toBeLessThan(page.indexOf('<strong>en</strong>'));
  expect(page).toContain('100 of these 460 are questions of the evals run run-7');
  expect(page).not.toMatch(/the only channel <small>channel<\/small><\/td><td data-label="Conversations/);
});

it('escapes what others wrote, and runs no script', () => {
  const page = toReportPage(fullReport);
  expect(page).toContain('&lt;b&gt;Returns&lt;/b&gt;');
  expect(page).not.toMatch(/<b>Returns|<script/);
});

it('of an empty desk says so in every part', () => {
  const page = toReportPage({
    ...fullReport,
    labels: [],
    agreement: [],
    leftOut: [],
    missing: [],
    duplicates: { exact: [], near: [] },
    contradictions: { found: [], facts: 0, leftOut: 0 },
    coverage: { threshold: 0.6, intents: [] },
    freshness: { dated: 0, undated: 0, ages: [], oldest: [] },
    bias: { ...fullReport.bias, cases: 0 },
  });
  for (const said of [
    'no conversation of this desk yet',
    'No conversation is labelled yet',
    'Nobody has labelled',
    'No article has a date',
  ])
    expect(page).toContain(said);
});
