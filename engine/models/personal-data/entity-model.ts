// An ONNX model that labels tokens, in this thread: texts in, entities out. Inference blocks the thread, see onnx-entity-finder.ts.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Entity } from '#core/entity-finder.ts';
import { AppError } from '#core/errors.ts';
import { openTokenSession, runsOf, runTokens } from '../onnx/onnx-session.ts';
import { createTextEncoder } from '../onnx/text-encoder.ts';
import { entitiesOf, kindsOfLabels, type PieceKind, type PieceScore } from './entity-spans.ts';
import { createPieceReader, type Piece, windowsOf } from './word-pieces.ts';

export interface EntityModel {
  readonly modelId: string;
  find(texts: readonly string[]): Promise<Entity[][]>;
  close(): Promise<void>;
}

/** Some 480 characters: in longer ones the model of 512 tokens finds less (its authors' figure). */
const windowTokens = 128;
const overlapTokens = 24;
/** Counts up when the rules of word-pieces.ts or entity-spans.ts change what is found: what was cached before is then found anew. */
const rulesVersion = 2;

const configFile = z.looseObject({
  id2label: z.record(z.string(), z.string()),
  max_position_embeddings: z.int().min(windowTokens),
});

/** The folder holds `model.onnx`, `tokenizer.json` and Hugging Face's `config.json`. Rejects with `model-invalid`. */
export async function openEntityModel(folder: string): Promise<EntityModel> {
  const tokenizerPath = join(folder, 'tokenizer.json');
  const [model, json, config] = await Promise.all([
    readFile(join(folder, 'model.onnx')),
    readFile(tokenizerPath, 'utf8'),
    readFile(join(folder, 'config.json'), 'utf8'),
  ]).catch((cause) => {
    const message = `There is no model of personal data in ${folder}: model.onnx, tokenizer.json and config.json are needed (ANSWERDESK_PERSONAL_DATA_MODEL; "off" goes without).`;
    throw new AppError('model-invalid', message, { cause });
  });
  const kinds = readKinds(config, folder);
  const encoder = createTextEncoder({ json, path: tokenizerPath }, windowTokens);
  const [start, end] = [encoder.encode('a')[0]!, encoder.encode('a').at(-1)!];
  const readPieces = createPieceReader(encoder);
  const session = await openTokenSession(folder);
  const [output = ''] = session.outputNames;

  async function find(texts: readonly string[]): Promise<Entity[][]> {
    const read = texts.map((text) => {
      const pieces = readPieces(text);
      return { text, pieces, scores: new Array<PieceScore | undefined>(pieces.length) };
    });
    const margins = read.map(({ pieces }) => new Int32Array(pieces.length).fill(-1));
    const rows = read.flatMap(({ pieces }, text) =>
      windowsOf(pieces, { room: windowTokens - 2, overlap: overlapTokens }).map((window) => ({
        text,
        window,
        tokens: [start, ...pieces.slice(window.first, window.end).flatMap(({ tokens }) => tokens), end],
      })),
    );
    for (const run of runsOf(rows)) {
      const [logits] = await runTokens(session, [output], { rows: run });
      const width = run[0]!.tokens.length * kinds.length;
      if (logits?.data.length !== run.length * width)
        throw new AppError('model-invalid', `The model in ${folder} does not give one score for each label.`);
      for (const [index, { text, window }] of run.entries()) {
        const { pieces, scores } = read[text]!;
        const row = logits.data.subarray(index * width, (index + 1) * width);
        let token = 1;
        for (let at = window.first; at < window.end; at += 1) {
          const { tokens } = pieces[at]!;
          // Where windows overlap, that one counts in which the word has more around it.
          const margin = Math.min(at - window.first, window.end - 1 - at);
          if (margin > margins[text]![at]!) {
            margins[text]![at] = margin;
            scores[at] = scoreOf(row, { token, count: tokens.length, kinds });
          }
          token += tokens.length;
        }
      }
    }
    return read.map(({ text, pieces, scores }) => entitiesOf(text, pieces, scores));
  }

  // Here and not in the middle of an ingestion.
  await find(['Anna Example']);
  const hash = createHash('sha256').update(model).update(json).update(config).update(String(rulesVersion));
  return {
    modelId: `personal-data@${hash.digest('hex').slice(0, 8)}`,
    find,
    close: () => session.release(),
  };
}

interface TokensOfPiece {
  /** Position of its first token in the row. */
  readonly token: number;
  readonly count: Piece['tokens']['length'];
  readonly kinds: readonly (PieceKind | undefined)[];
}

/** The likeliest kind of a word: the mean over its tokens of what is said for that kind's labels. Undefined for an ordinary word. */
function scoreOf(logits: Float32Array, { token, count, kinds }: TokensOfPiece): PieceScore | undefined {
  const sums = new Map<PieceKind | undefined, number>();
  for (let at = token; at < token + count; at += 1) {
    const row = logits.subarray(at * kinds.length, (at + 1) * kinds.length);
    const highest = row.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
    const powers = Array.from(row, (value) => Math.exp(value - highest));
    const total = powers.reduce((sum, power) => sum + power, 0);
    for (const [label, power] of powers.entries())
      sums.set(kinds[label], (sums.get(kinds[label]) ?? 0) + power / total / count);
  }
  const nothing = sums.get(undefined) ?? 0;
  let best: PieceScore | undefined;
  for (const [kind, probability] of sums) {
    if (kind !== undefined && probability > (best?.probability ?? 0)) best = { kind, probability };
  }
  return best && { kind: best.kind, probability: Math.max(best.probability, 1 - nothing) };
}

function readKinds(config: string, folder: string): (PieceKind | undefined)[] {
  try {
    const { id2label } = configFile.parse(JSON.parse(config));
    return kindsOfLabels(Object.keys(id2label).map((_, index) => id2label[index]!));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new AppError(
      'model-invalid',
      `config.json in ${folder} describes no model of personal data: ${why}`,
      {
        cause,
      },
    );
  }
}
