// Answers of one or several runs for readers: the question, what the articles say, and what the customer saw. Shuffled, and without a
// word of which run wrote them.
import { basename } from 'node:path';
import { AppError } from '#core/errors.ts';
import { randomFrom } from '#learning/metrics/random.ts';
import { readAnswerSet, readCentres, type SetQuestion } from './answer-set.ts';
import { goldPassages, type HelpCentre, readHelpCentre } from './help-centre.ts';
import { readSeenAnswers, type SeenAnswer } from './seen-answers.ts';
import { type AnswerKey, verdictNames } from './verdicts.ts';

export interface ExportRequest {
  /** Folders of runs; the name of a folder is its version. */
  readonly runs: readonly string[];
  readonly sets: string;
  /** Without it readers see the facts, not the passages. */
  readonly articles?: string | undefined;
  /** Questions, drawn by `seed` from those that every run was asked. */
  readonly count: number;
  readonly seed: number;
}

export interface ExportedAnswers {
  /** Markdown. */
  readonly questions: string;
  /** CSV to fill in. */
  readonly verdicts: string;
  readonly key: AnswerKey;
}

interface Asked {
  readonly question: SetQuestion;
  readonly centre: HelpCentre | undefined;
}

export async function exportAnswers({
  runs,
  sets,
  articles,
  count,
  seed,
}: ExportRequest): Promise<ExportedAnswers> {
  const versions = await Promise.all(
    runs.map(async (run) => ({ version: basename(run), answers: await readSeenAnswers(run) })),
  );
  const asked = (await readAsked(sets, articles)).filter(({ question }) =>
    versions.every(({ answers }) => answers.has(question.id)),
  );
  if (asked.length === 0)
    throw new AppError('bad-input', `The runs and the sets of ${sets} have no question in common.`);
  const random = randomFrom(seed);
  const drawn = shuffled(asked, random).slice(0, count);
  const entries = shuffled(
    drawn.flatMap((one) =>
      versions.map(({ version, answers }) => ({ ...one, version, seen: answers.get(one.question.id)! })),
    ),
    random,
  ).map((entry, index) => ({ ...entry, item: String(index + 1).padStart(3, '0') }));
  return {
    questions: `${introduction}\n${entries.map(describe).join('\n')}`,
    verdicts: `item,verdict,notes\n${entries.map(({ item }) => `${item},,\n`).join('')}`,
    key: { seed, items: entries.map(({ item, question, version }) => ({ item, id: question.id, version })) },
  };
}

async function readAsked(sets: string, articles: string | undefined): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const { name } of await readCentres(sets)) {
    const centre = articles === undefined ? undefined : await readHelpCentre(articles, name);
    for (const question of (await readAnswerSet(sets, name)) ?? []) asked.push({ question, centre });
  }
  return asked;
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

const introduction = `# Answers to judge

Read each answer as the customer who asked. Write one verdict for each number into verdicts.csv: ${verdictNames.join(', ')}; and in the notes what decided it.

- good: the question that was asked is answered, correctly and in the first two sentences, with all that the customer needs to act and at most one sentence that does not belong. Or the articles do not hold it, and the desk says so with a way on. Or the question has several meanings, and the desk asks the one question that tells them apart. Or a person was wanted, and one is offered at once.
- so-so: the answer is there but has to be dug out, lacks something that matters, is right for a neighbouring case as well without saying which, asks back where it could have answered, or reads like fragments.
- bad: wrong, misleading or dangerous; another topic, product, plan, version or country; answered although the articles do not hold it; declined or sent round although they do; a tone that mocks the mood.

Look only at what stands here. Do not talk to the other reader before both are done.
`;

const wanted: Readonly<Record<SetQuestion['expect'], string>> = {
  answer: 'The articles answer it.',
  decline: 'The articles do not answer it.',
  'ask-back': 'It has several meanings.',
  handoff: 'The customer wants or needs a person.',
};

function describe({ item, question, centre, seen }: Asked & { item: string; seen: SeenAnswer }): string {
  const { turns, expect, facts, readings } = question;
  const passages = centre ? goldPassages(question, centre) : [];
  const lines = [
    `\n---\n\n## ${item}`,
    ...turns.map(({ author, text }) => `*${author === 'bot' ? 'Desk' : 'Customer'} before:* ${text}`),
    `**Customer:** ${question.question}`,
    `*${wanted[expect]}*${named(' A right answer says', facts)}${named(' It may mean', readings)}`,
    ...(passages.length > 0 ? ['The articles say:', quoted(passages.join('\n\n'))] : []),
    '**The customer sees:**',
    quoted(seen.text),
    ...(seen.sources.length > 0
      ? [`Sources: ${seen.sources.map(({ number, title }) => `[${number}] ${title}`).join('; ')}`]
      : []),
    ...(seen.buttons.length > 0 ? [`Buttons: ${seen.buttons.map((label) => `[ ${label} ]`).join(' ')}`] : []),
  ];
  return `${lines.join('\n\n')}\n`;
}

function named(what: string, values: readonly string[]): string {
  return values.length === 0 ? '' : `${what}: ${values.join('; ').replaceAll(' | ', ' or ')}.`;
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}
