// Does a passage support a sentence? A small cross-encoder reads both together (training/groundedness). It sees swapped numbers, names and
// negations that share all words with the passage, which the score beside it cannot.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#core/errors.ts';
import type { GroundednessScorer } from '#core/groundedness.ts';
import { withoutMarkup } from '#core/inline-markup.ts';
import { openOnnxReranker } from '../reranker/onnx-reranker.ts';
import { readRerankerSettings } from '../reranker/reranker-settings.ts';
import { nearestWindows } from './passage-windows.ts';

export interface GroundednessChoice {
  /** A folder with model.onnx, or `off`. */
  readonly model: string;
  /** False: nobody chose the folder, and it may be missing. */
  readonly isFixed: boolean;
}

export interface GroundednessModel extends AsyncDisposable {
  /** From .5 on a passage supports the sentence: the model was built so. */
  readonly scorer: GroundednessScorer;
}

/** Windows of a passage that are read for one sentence. */
const mostWindows = 3;
/** Beside a model that decodes on the same cores it takes longer than alone. */
const timeoutMs = 10_000;

/** Undefined where there is none to use. Throws `model-invalid` if there is one that cannot be used. */
export async function openGroundednessModel({
  model: folder,
  isFixed,
}: GroundednessChoice): Promise<GroundednessModel | undefined> {
  if (folder === 'off') return undefined;
  if (!isFixed && !(await isThere(join(folder, 'config.json')))) return undefined;
  const { kind } = await readRerankerSettings(folder);
  if (kind !== 'groundedness')
    throw new AppError(
      'model-invalid',
      `The model in ${folder} is a ${kind}: ANSWERDESK_GROUNDEDNESS_MODEL wants one whose config.json says "kind": "groundedness". "off" goes without.`,
    );
  const model = await openOnnxReranker(folder, { threads: 1, timeoutMs });
  return {
    scorer: {
      async score(sentence, passage, options) {
        const windows = nearestWindows(sentence, withoutMarkup(passage), mostWindows);
        const logits = await model.score(withoutMarkup(sentence), windows, options);
        return 1 / (1 + Math.exp(-Math.max(...logits)));
      },
    },
    [Symbol.asyncDispose]: () => model.close(),
  };
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
