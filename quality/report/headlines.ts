// The data report in sentences: what stands well, and what to do.
import { faresWorse } from '../bias/group-outcomes.ts';
import type { DataReport } from './data-report.ts';
import { number, percent, plural } from './page-parts.ts';

export interface Headline {
  readonly tone: 'good' | 'fair' | 'poor';
  readonly word: 'good' | 'look' | 'act';
  /** HTML-safe. */
  readonly figure: string;
  readonly text: string;
  readonly advice?: string;
}

const words = { good: 'good', fair: 'look', poor: 'act' } as const;
const oldDays = 365;
/** Krippendorff: from here on labels can be relied on, and with caution. */
const reliable = 0.8;
const tolerable = 0.667;

export function headlinesOf(report: DataReport): Headline[] {
  return [
    coverage(report),
    contradictions(report),
    bias(report),
    freshness(report),
    duplicates(report),
    labels(report),
  ].flatMap((one) => (one ? [{ ...one, word: words[one.tone] }] : []));
}

type Draft = Omit<Headline, 'word'> | undefined;

function coverage({ coverage: { intents } }: DataReport): Draft {
  const all = intents.reduce((sum, { conversations }) => sum + conversations, 0);
  if (all === 0) return undefined;
  const share = intents.reduce((sum, { conversations, covered }) => sum + conversations * covered, 0) / all;
  const [next] = intents.filter(({ covered }) => covered < 0.9);
  return {
    tone: share >= 0.9 ? 'good' : share >= 0.7 ? 'fair' : 'poor',
    figure: percent(share),
    text: 'of conversations have an article that is about the same.',
    ...(next
      ? {
          advice: `Write next: an article for "${next.intent}" (${plural(next.conversations, 'conversation')}, ${percent(next.covered)} covered).`,
        }
      : {}),
  };
}

function contradictions({ contradictions: { found, facts } }: DataReport): Draft {
  if (facts === 0) return undefined;
  return {
    tone: found.length === 0 ? 'good' : 'fair',
    figure: number(found.length),
    text: `pair${found.length === 1 ? '' : 's'} of articles may state different numbers or dates for the same.`,
    ...(found.length > 0 ? { advice: 'Read both passages, and correct one of them.' } : {}),
  };
}

function bias({ bias: { groups, cases, comparisons } }: DataReport): Draft {
  if (cases === 0) return undefined;
  const flagged = groups.filter(({ differs }) => differs);
  const worst = flagged.find(faresWorse) ?? flagged[0];
  if (comparisons === 0)
    return {
      tone: 'fair',
      figure: number(cases),
      text: 'conversations are too few to compare groups of customers.',
    };
  return {
    tone: flagged.length === 0 ? 'good' : 'poor',
    figure: number(flagged.length),
    text: `of ${plural(comparisons, 'comparison')} show a group of customers that fares differently beyond chance.`,
    ...(worst ? { advice: `Begin with "${worst.group}" (${worst.dimension}).` } : {}),
  };
}

function freshness({ freshness: { dated, undated, ages } }: DataReport): Draft {
  const all = dated + undated;
  if (all === 0) return undefined;
  if (dated === 0)
    return { tone: 'fair', figure: '–', text: 'No article has a date, so nobody can tell which are old.' };
  const old = ages.slice(3).reduce((sum, { articles }) => sum + articles, 0);
  const share = old / dated;
  return {
    tone: share <= 0.1 ? 'good' : share <= 0.4 ? 'fair' : 'poor',
    figure: percent(share),
    text: `of the articles with a date are older than ${oldDays === 365 ? 'a year' : `${oldDays} days`}.`,
    ...(share > 0.1 ? { advice: 'Look through the oldest, and confirm or correct them.' } : {}),
  };
}

function duplicates({ duplicates: { exact, near }, counts }: DataReport): Draft {
  if (counts.articles === 0) return undefined;
  const pairs = exact.length + near.length;
  return {
    tone: pairs === 0 ? 'good' : 'fair',
    figure: number(pairs),
    text: `group${pairs === 1 ? '' : 's'} of articles have the same text, or nearly.`,
    ...(pairs > 0 ? { advice: 'Keep one of each and let the others lead to it.' } : {}),
  };
}

function labels({ labels: figures, agreement }: DataReport): Draft {
  if (figures.length === 0) return undefined;
  const people = figures.reduce((sum, { byPeople }) => sum + byPeople, 0);
  const alphas = agreement.flatMap(({ alpha }) => (alpha === undefined ? [] : [alpha]));
  if (people === 0)
    return {
      tone: 'fair',
      figure: '0',
      text: 'labels are of people: all are guesses of rules and models.',
      advice: 'answerdesk labels export writes the least sure ones into a spreadsheet.',
    };
  if (alphas.length === 0)
    return {
      tone: 'fair',
      figure: number(people),
      text: 'labels are of people. No two labelled the same, so nobody knows how far they agree.',
      advice: 'Have a second person label some of them: labels export --again NAME.',
    };
  const least = Math.min(...alphas);
  return {
    tone: least >= reliable ? 'good' : least >= tolerable ? 'fair' : 'poor',
    figure: least.toFixed(2),
    text: `is the lowest agreement between people who labelled (Krippendorff's alpha; ${number(people)} labels of people).`,
    ...(least < reliable
      ? { advice: 'Talk about the disagreements, and write down what each label means.' }
      : {}),
  };
}
