import { describe, expect, it } from 'vitest';
import { promptReader } from './onnx-prompt.ts';
import type { TokenizedPrompt, TokenTensor } from './transformers-module.ts';

/** As transformers.js has it: the tensors are under their names, and `generate` puts others in their place. */
class Cache {
  readonly read?: readonly bigint[];
  constructor(entries: object = {}) {
    Object.assign(this, entries);
  }
  get_seq_length() {
    return this.read?.length ?? 0;
  }
}

function tensor(row: readonly bigint[]): TokenTensor {
  return {
    tolist: () => [row],
    slice: (_rows, [from, to]) => tensor(row.slice(from, to)),
  };
}
const promptOf = (...tokens: readonly number[]): TokenizedPrompt => {
  const row = tokens.map(BigInt);
  return { input_ids: tensor(row), attention_mask: tensor(row) };
};

function model() {
  /** How many tokens each call read. */
  const pieces: number[] = [];
  const reader = promptReader(
    { DynamicCache: Cache },
    {
      async generate({ input_ids, past_key_values }) {
        const read = input_ids.tolist()[0]!;
        pieces.push(read.length - past_key_values.get_seq_length());
        Object.assign(past_key_values, { read });
      },
    },
  );
  return { pieces, reader };
}

const instructions = Array.from({ length: 150 }, (_, index) => index);
const question = (first: number, length: number) => Array.from({ length }, (_, index) => first + index);
const like = promptOf(...instructions, 9_999);
const running = { like, isStopped: () => false };

describe('a prompt for an ONNX model', () => {
  it('is read in pieces, up to the last one, which is read with the answer', async () => {
    const { pieces, reader } = model();
    const cache = await reader(promptOf(...instructions, ...question(1_000, 100)), running);
    expect(pieces).toEqual([64, 64, 22, 64]);
    expect(cache.get_seq_length()).toBe(214);
  });

  it('is read from where it differs from the instructions on, when they were read before', async () => {
    const { pieces, reader } = model();
    await reader(promptOf(...instructions, ...question(1_000, 100)), running);
    pieces.length = 0;
    const tokens = [...instructions, ...question(5_000, 70)];
    const cache = (await reader(promptOf(...tokens), running)) as Cache;
    expect(pieces).toEqual([64]);
    expect(cache.read).toEqual(tokens.slice(0, 214).map(BigInt));
  });

  it('is never begun with what another prompt began with', async () => {
    const { reader } = model();
    await reader(promptOf(...instructions, ...question(1_000, 100)), running);
    const other = [7, ...question(8_000, 200)];
    const cache = (await reader(promptOf(...other), running)) as Cache;
    expect(cache.read).toEqual(other.slice(0, cache.get_seq_length()).map(BigInt));
  });

  it('is not read on when it is stopped between two pieces', async () => {
    const { pieces, reader } = model();
    const isStopped = () => pieces.length === 2;
    await reader(promptOf(...instructions, ...question(1_000, 1_000)), { like, isStopped });
    expect(pieces).toEqual([64, 64]);
  });
});
