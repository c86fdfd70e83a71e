// The extractive answer: score the units of the best passages against the question, choose what of one section answers, write it down.
import type { Grounding } from '#core/chat-model.ts';
import type { ScoredChunk } from '#core/document.ts';
import { chooseAnswer } from './choose-answer.ts';
import { passageSections } from './passage-blocks.ts';
import { type ExtractiveModels, type ScoreOptions, scoreUnits } from './score-units.ts';
import { writeUnits } from './write-units.ts';

const passagesRead = 4;

/** The answer in pieces to stream; `[n]` is the 1-based number of a passage in `grounding`. Empty without passages. */
export async function composeAnswer(
  { query, question = query, passages }: Grounding,
  models: ExtractiveModels,
  options: ScoreOptions = {},
): Promise<string[]> {
  const read = passages.slice(0, passagesRead);
  const sections = read.map(({ chunk }) => passageSections(chunk));
  const scored = await scoreUnits({ query, question, passages: read }, sections, { models, ...options });
  const chosen = chooseAnswer({ query, passages: read, sections, scored });
  if (!chosen) return [];
  return writeUnits(chosen, { mark: `[${chosen.passage + 1}]`, goesOn: '' });
}
