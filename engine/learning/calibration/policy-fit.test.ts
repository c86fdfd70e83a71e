import { describe, expect, it } from 'vitest';
import { featureNames } from '#chat/decide/evidence-features.ts';
import { auroc } from '../metrics/classification.ts';
import { randomFrom } from '../metrics/random.ts';
import { ablate, describeFit } from './policy-figures.ts';
import { crossPredict, type Evidence, fitPolicy, predictEvidence, weightOf } from './policy-fit.ts';
import { policyPicture } from './policy-picture.ts';
import { calibrationErrorByChance, reportOn } from './policy-report.ts';
import { toQuestionSet } from './question-sets.ts';
import { weighEvidence } from './weigh-evidence.ts';

/** The first feature tells found from not found, mostly; the second is noise. */
function evidence(group: string, count: number, seed = 1): Evidence[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, index) => {
    const answerable = index % 4 !== 0;
    const label = answerable && random() < 0.85;
    return {
      group,
      answerable,
      label,
      ...(answerable ? {} : { stratum: index % 8 === 0 ? 'near-miss' : 'foreign' }),
      features: featureNames.map((_name, at) =>
        at === 0 ? (label ? 0.5 : 0.3) + random() * 0.3 : at === 1 ? random() : 0,
      ),
    };
  });
}
const three = ['a', 'b', 'c'].flatMap((group, index) => evidence(group, 200, index + 1));

describe('a fitted policy', () => {
  it('tells found from not found on questions that it has not seen, and keeps its budget there on average', () => {
    let share = 0;
    const rounds = 8;
    for (let round = 0; round < rounds; round++) {
      const rows = ['a', 'b', 'c'].flatMap((group, index) => evidence(group, 200, 100 * round + index));
      const { calibration, predictions } = fitPolicy(rows, { embedder: 'e', errorBudget: 0.1 });
      expect(auroc(predictions)).toBeGreaterThan(0.85);
      expect(calibration.clarifyFrom).toBeLessThanOrEqual(calibration.answerFrom);
      const unseen = predictEvidence(evidence('d', 1000, 7000 + round), calibration);
      const wrong = unseen.filter(
        ({ probability, label }) => probability >= calibration.answerFrom && !label,
      );
      share += wrong.length / unseen.length / rounds;
    }
    expect(share).toBeLessThan(0.115);
    expect(share).toBeGreaterThan(0.06);
  });

  it('answers less the less it may err', () => {
    const { errorBudgets = [] } = fitPolicy(three, { embedder: 'e' }).calibration;
    expect(errorBudgets.length).toBeGreaterThan(3);
    for (const [index, { answerFrom, coverage }] of errorBudgets.entries()) {
      expect(answerFrom).toBeLessThanOrEqual(errorBudgets[index - 1]?.answerFrom ?? 1);
      expect(coverage).toBeGreaterThanOrEqual(errorBudgets[index - 1]?.coverage ?? 0);
    }
  });

  it('judges each of three knowledge bases by a fit on the others', () => {
    const odd = three.map((row) => (row.group === 'c' ? { ...row, label: !row.label } : row));
    const predictions = crossPredict(odd);
    // What holds elsewhere is wrong there, which a fit that had seen it would know.
    expect(auroc(predictions.filter(({ group }) => group === 'c'))).toBeLessThan(0.2);
  });

  it('refuses too few questions, questions all alike, and a budget that so few cannot show', () => {
    const embedder = 'e';
    expect(() => fitPolicy(three.slice(0, 40), { embedder })).toThrow(/too few/);
    expect(() =>
      fitPolicy(
        three.map((row) => ({ ...row, label: true })),
        { embedder },
      ),
    ).toThrow(/all alike/);
    expect(() => fitPolicy(three, { embedder, errorBudget: 0.001 })).toThrow(/at least 1000/);
  });

  it('shows what a feature brings by leaving it out, and leaves those alone that say nothing', () => {
    const rows = ablate(three);
    expect(rows.map(({ without }) => without)).toEqual(['nothing', featureNames[0], featureNames[1]]);
    expect(rows[1]!.logLoss).toBeGreaterThan(rows[0]!.logLoss + 0.1);
    expect(Math.abs(rows[2]!.logLoss - rows[0]!.logLoss)).toBeLessThan(0.02);
  });
});

describe('weights', () => {
  it('let no knowledge base count more than the middle one', () => {
    const rows = weighEvidence([...evidence('a', 400), ...evidence('b', 80), ...evidence('c', 40)]);
    const of = (name: string) => weightOf(rows.filter(({ group }) => group === name));
    expect(of('a')).toBeCloseTo(80);
    expect([of('b'), of('c')]).toEqual([80, 40]);
  });

  it('make as many questions unanswerable as was asked for, most of them near misses', () => {
    const rows = weighEvidence([...evidence('a', 400), ...evidence('b', 40)], { unanswerableShare: 0.1 });
    const shareOf = (is: (row: Evidence) => boolean) => weightOf(rows.filter(is)) / weightOf(rows);
    expect(shareOf(({ answerable }) => !answerable)).toBeCloseTo(0.1);
    expect(shareOf(({ stratum }) => stratum === 'foreign')).toBeCloseTo(0.1 / 3);
  });

  it('leave the questions of one knowledge base alike where no share is asked for', () => {
    const rows = weighEvidence(evidence('a', 100));
    expect(new Set(rows.map(({ weight }) => weight)).size).toBe(1);
  });
});

describe('the report', () => {
  it('keeps questions of other help centres apart', () => {
    const predictions = crossPredict(three);
    const report = reportOn(predictions, { answerFrom: 0.5, clarifyFrom: 0.3 });
    expect(report.questions).toBe(three.filter(({ stratum }) => stratum !== 'foreign').length);
    expect(Object.keys(report.aurocAgainst).sort()).toEqual(['foreign', 'near-miss', 'not-found']);
    expect(report.unanswerableAnswered.n).toBe(75);
    expect(report.answeredOf.foreign!.n).toBe(75);
  });

  it('says what calibration error chance alone makes', () => {
    const random = randomFrom(2);
    const exact = (count: number) => Array.from({ length: count }, () => ({ probability: random() }));
    expect(calibrationErrorByChance(exact(100))).toBeGreaterThan(0.05);
    expect(calibrationErrorByChance(exact(10_000))).toBeLessThan(0.02);
  });

  it('is written as tables and a picture', () => {
    const { calibration, predictions } = fitPolicy(three, { embedder: 'e' });
    const sets = ['a', 'b', 'c'].map((name) => ({
      name,
      isTest: name === 'c',
      predictions: predictions.filter(({ group }) => group === name),
    }));
    const text = describeFit('The fit', calibration, { sets, ablation: ablate(three) });
    expect(text).toContain('**c** (test)');
    expect(text).toContain(`| 15 % | ${calibration.answerFrom} |`);
    const picture = policyPicture(sets, calibration.answerFrom);
    expect(picture).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(picture).not.toContain('NaN');
  });
});

describe('FILE=DIR', () => {
  it('names a set by its file, and asks the configured knowledge base without DIR', () => {
    expect(toQuestionSet('x/mine.jsonl=var/mine', 'var')).toEqual({
      name: 'mine',
      file: 'x/mine.jsonl',
      dataDir: 'var/mine',
    });
    expect(toQuestionSet('mine.jsonl', 'var')).toMatchObject({ dataDir: 'var' });
  });
});
