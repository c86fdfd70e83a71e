// How often the classifier of dialogue acts is right on phrases that it has not learned from: by act, and by language.
import type { ActClassifier, DialogueAct } from '#core/dialogue-acts.ts';
import type { Phrase } from './phrases.ts';

export interface ActFigures {
  readonly act: DialogueAct;
  readonly phrases: number;
  /** Of the phrases of this act, those that are acted on as such. */
  readonly right: number;
  /** Of all phrases, those that are acted on as this act. */
  readonly taken: number;
  /** `right` of `phrases` by language. */
  readonly languages: Readonly<Record<string, { readonly right: number; readonly phrases: number }>>;
}

export interface ActMeasures {
  readonly figures: readonly ActFigures[];
  readonly wrong: readonly { readonly phrase: Phrase; readonly taken: DialogueAct }[];
}

export function measureActs(classifier: ActClassifier, phrases: readonly Phrase[]): ActMeasures {
  const judged = phrases.map((phrase) => {
    const { act, sure } = classifier.classify(phrase.text);
    return { phrase, taken: sure ? act : ('question' as const) };
  });
  const figures = [...new Set(phrases.map(({ act }) => act))].map((act): ActFigures => {
    const own = judged.filter(({ phrase }) => phrase.act === act);
    const isRight = ({ taken }: (typeof judged)[number]) => taken === act;
    const byLanguage = Map.groupBy(own, ({ phrase }) => phrase.language);
    return {
      act,
      phrases: own.length,
      right: own.filter(isRight).length,
      taken: judged.filter(isRight).length,
      languages: Object.fromEntries(
        byLanguage
          .entries()
          .map(([language, rows]) => [
            language,
            { right: rows.filter(isRight).length, phrases: rows.length },
          ]),
      ),
    };
  });
  return { figures, wrong: judged.filter(({ phrase, taken }) => phrase.act !== taken) };
}

/** A Markdown table. */
export function actTable(figures: readonly ActFigures[]): string {
  const languages = [...new Set(figures.flatMap(({ languages }) => Object.keys(languages)))].sort();
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['act', 'recall', 'precision', ...languages]),
    row(['---', '---', '---', ...languages.map(() => '---')]),
    ...figures.map(({ act, right, phrases, taken, languages: by }) =>
      row([
        `\`${act}\``,
        `${right} of ${phrases}`,
        `${right} of ${taken}`,
        ...languages.map((language) => {
          const one = by[language];
          return one ? `${one.right}/${one.phrases}` : '–';
        }),
      ]),
    ),
  ].join('\n');
}
