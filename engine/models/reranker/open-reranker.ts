// Opens the reranker that the configuration names, if it names one.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#core/errors.ts';
import type { Reranker } from '#core/reranker.ts';
import { openOnnxReranker } from './onnx-reranker.ts';
import { readRerankerSettings } from './reranker-settings.ts';

export interface RerankerChoice {
  /** A folder with model.onnx, or `off`. */
  readonly model: string;
  /** False: nobody chose the folder. It may be missing then, and serves only if its config.json says `"default": true`. */
  readonly isFixed: boolean;
  /** 0 = one per core. */
  readonly threads: number;
}

/** Undefined where there is none to use. Throws `model-invalid` if there is one that cannot be used. */
export async function openReranker({
  model,
  isFixed,
  threads,
}: RerankerChoice): Promise<Reranker | undefined> {
  if (model === 'off') return undefined;
  if (!isFixed) {
    const isThere = await access(join(model, 'config.json')).then(
      () => true,
      () => false,
    );
    if (!isThere || !(await readRerankerSettings(model)).isDefault) return undefined;
  }
  if ((await readRerankerSettings(model)).kind === 'groundedness')
    throw new AppError(
      'model-invalid',
      `The model in ${model} checks what is written, it ranks nothing: it belongs into ANSWERDESK_GROUNDEDNESS_MODEL.`,
    );
  return openOnnxReranker(model, { threads });
}
