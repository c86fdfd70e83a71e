import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shareMetric } from '#learning/metrics/metric.ts';
import { significant } from '#learning/metrics/score-changes.ts';
import { baselineOf, checkBaseline, readBaseline } from './baseline.ts';
import { compareReports, describeComparison } from './compare.ts';
import { toHtml } from './html-report.ts';
import { toJUnitXml } from './junit-xml.ts';
import { type Report, type ReportCase, readReport, reportSchema } from './report.ts';
import { describeReport } from './terminal-summary.ts';

const one = (
  id: string,
  verdict: ReportCase['verdict'],
  recall: number,
  rest: Partial<ReportCase> = {},
): ReportCase => ({
  id,
  verdict,
  turns: [{ role: 'customer', text: `question ${id}` }],
  scores: { recall },
  ...rest,
});
const report = (id: string, cases: ReportCase[]): Report => ({
  schemaVersion: 1,
  id,
  startedAt: '2026-11-24T04:00:00.000Z',
  durationMs: 1000,
  complete: true,
  subject: {
    embedder: 'e@1',
    generation: 'gen-000001',
    documents: 3,
    passages: 5,
    chatModel: 'extractive',
    answerFrom: 0.6,
    clarifyFrom: 0.4,
    fingerprint: 'f',
  },
  cases: ['golden.jsonl'],
  seed: 1,
  suites: {
    answers: {
      metrics: {
        right: shareMetric(cases.filter(({ verdict }) => verdict === 'pass').length, cases.length, {
          label: 'Right',
        }),
        wrong: shareMetric(cases.filter(({ verdict }) => verdict === 'fail').length, cases.length, {
          label: 'Wrong',
          better: 'lower',
        }),
        slow: { value: 3, n: 5, low: 1, high: 9, unit: 'ms', better: 'lower', label: 'Slow', measured: true },
      },
      cases,
      charts: [
        {
          kind: 'lines',
          id: 'l',
          title: 'A <line>',
          x: 'x',
          y: 'y',
          diagonal: true,
          series: [
            {
              name: 's',
              points: [
                [0, 0],
                [1, 1],
              ],
            },
          ],
        },
        {
          kind: 'bars',
          id: 'b',
          title: 'Bars',
          y: 'share',
          unit: 'share',
          groups: [{ name: 'g', bars: [{ name: 'n', value: 0.5, low: 0.4, high: 0.6 }] }],
        },
      ],
      notes: [],
      durationMs: 5,
    },
  },
});
const forty = (right: (index: number) => boolean) =>
  Array.from({ length: 40 }, (_, index) =>
    one(`c${index}`, right(index) ? 'pass' : 'fail', right(index) ? 1 : 0),
  );

describe('compare', () => {
  it('finds a change that is not chance, and the cases behind it', () => {
    const comparison = compareReports(
      report(
        'a',
        forty((index) => index < 10),
      ),
      report(
        'b',
        forty((index) => index < 30),
      ),
    );
    const passed = comparison.scores.find(({ score }) => score === 'passed')!;
    expect(passed).toMatchObject({ before: 0.25, after: 0.75, difference: 0.5, n: 40 });
    expect(passed.low).toBeGreaterThan(0.3);
    expect(significant(comparison.scores).has(passed)).toBe(true);
    expect(comparison.changed).toHaveLength(20);
    expect(describeComparison(comparison)).toMatch(/answers passed .*better, not chance/);
    const worse = compareReports(
      report(
        'b',
        forty((index) => index < 30),
      ),
      report(
        'a',
        forty((index) => index < 10),
      ),
    );
    expect(describeComparison(worse)).toMatch(/answers passed .*worse, not chance/);
  });

  it('calls one case of forty chance', () => {
    const comparison = compareReports(
      report(
        'a',
        forty((index) => index < 20),
      ),
      report(
        'b',
        forty((index) => index < 21),
      ),
    );
    expect(significant(comparison.scores).size).toBe(0);
    expect(describeComparison(comparison)).toContain('may be chance');
  });

  it('says that nothing differs between two equal runs', () => {
    const same = report(
      'a',
      forty((index) => index < 20),
    );
    expect(describeComparison(compareReports(same, same))).toContain('No score differs.');
  });

  it('pairs neither errors nor cases that one run lacks', () => {
    const { scores, unpaired } = compareReports(
      report('a', [one('x', 'pass', 1), one('y', 'error', 0), one('gone', 'pass', 1)]),
      report('b', [one('x', 'pass', 1), one('y', 'pass', 1), one('new', 'fail', 0)]),
    );
    expect(scores.every(({ n }) => n === 1)).toBe(true);
    expect(unpaired).toBe(3);
  });
});

describe('the baseline', () => {
  const before = report(
    'a',
    forty((index) => index < 20),
  );

  it('keeps what does not depend on a clock', () => {
    expect(Object.keys(baselineOf(before).metrics)).toEqual(['answers/right', 'answers/wrong']);
  });

  it('lets through what is within its tolerance, and nothing worse, in either direction', () => {
    const baseline = baselineOf(before);
    expect(checkBaseline(baseline, before)).toEqual([]);
    expect(
      checkBaseline(
        baseline,
        report(
          'b',
          forty((index) => index < 19),
        ),
      ),
    ).toEqual([]);
    expect(
      checkBaseline(
        baseline,
        report(
          'b',
          forty((index) => index < 15),
        ),
      ).map(({ metric, verdict }) => [metric, verdict]),
    ).toEqual([
      ['answers/right', 'worse'],
      ['answers/wrong', 'worse'],
    ]);
    expect(
      checkBaseline(
        baseline,
        report(
          'b',
          forty(() => true),
        ),
      ).every(({ verdict }) => verdict === 'better'),
    ).toBe(true);
  });

  it('misses a figure that is gone, and does not judge a suite that was not run', () => {
    const baseline = baselineOf(before);
    const { right: _gone, ...rest } = before.suites.answers!.metrics;
    const without = { ...before, suites: { answers: { ...before.suites.answers!, metrics: rest } } };
    expect(checkBaseline(baseline, without)).toMatchObject([{ metric: 'answers/right', verdict: 'missing' }]);
    expect(checkBaseline(baseline, { ...before, suites: {} })).toEqual([]);
  });

  it('of another form is refused', async () => {
    await expect(readBaseline('package.json')).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('report files', () => {
  const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(2)> & "quoted" \u0000';
  const bad = report('run & <1>', [
    one('h', 'fail', 0, {
      turns: [{ role: 'customer', text: hostile }],
      answer: hostile,
      reasons: [hostile],
    }),
    one('e', 'error', 0, { reasons: ['model-unavailable: down'] }),
  ]);

  it('hold what customers wrote as data, never as markup', () => {
    const html = toHtml(bad);
    const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)![1]!;
    expect(JSON.parse(data)[0].answer).toBe(hostile);
    expect(html).not.toContain('<img src=x');
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).toContain('A &lt;line&gt;');
  });

  it('say in words, not in colours alone, what is weak and what to do about it', () => {
    const weak = report('r', [one('a', 'fail', 0)]);
    const answers = weak.suites.answers!;
    const html = toHtml({
      ...weak,
      suites: {
        answers: {
          ...answers,
          metrics: { 'fully-right': { ...answers.metrics.right!, value: 0.1, low: 0, high: 0.2 } },
        },
      },
    });
    expect(html).toContain('Of 1 figures 0 are good, 0 fair and 1 weak.');
    expect(html).toMatch(/<span class="tone">weak<\/span>.*<p class="advice">/s);
  });

  it('need nothing from a network', () => {
    const html = toHtml(bad);
    expect(html).not.toMatch(/(?:src|href)="(?!data:|#)/);
    expect(html).not.toMatch(/url\(|@import|https?:\/\//);
    expect(html).toContain(`default-src 'none'`);
  });

  it('give CI failures and errors apart, in XML that is well formed', () => {
    const xml = toJUnitXml(bad);
    expect(xml).toMatch(/<testsuites [^>]*tests="2" failures="1" errors="1"/);
    expect(xml).toContain('<error message="model-unavailable: down"/>');
    expect(xml).not.toContain('<script');
    expect(xml).not.toContain('\u0000');
    expect(xml.match(/&(?!amp;|lt;|gt;|quot;)/)).toBeNull();
  });

  it('tell the terminal what failed', () => {
    expect(describeReport(bad)).toContain('answers: 1 case(s) could not be judged');
  });

  it('are read again, by folder or id; another version is refused with a reason', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'evals-report-'));
    try {
      expect(reportSchema.parse(bad)).toEqual(bad);
      await writeFile(join(folder, 'report.json'), JSON.stringify(bad));
      expect((await readReport(folder, 'nowhere')).id).toBe(bad.id);
      await writeFile(join(folder, 'report.json'), JSON.stringify({ ...bad, schemaVersion: 99 }));
      await expect(readReport(folder, 'nowhere')).rejects.toThrow(/schema version 99/);
      await expect(readReport('no-such-run', folder)).rejects.toMatchObject({ code: 'not-found' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
