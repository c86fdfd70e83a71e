import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '#core/testing/effort.ts';
import { guessIntent } from '#models/intents/intent-model.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { randomFrom } from '../metrics/random.ts';
import { minimize } from './minimize.ts';
import { openSoftmaxGraph } from './softmax-graph.ts';
import { stratifiedFolds } from './stratified-folds.ts';
import { trainIntents } from './train-intents.ts';

const words: Record<string, string[]> = {
  delivery: ['parcel', 'delivery', 'courier', 'tracking', 'shipped', 'package', 'arrive', 'late'],
  refund: ['refund', 'money', 'charged', 'payment', 'card', 'invoice', 'price', 'bill'],
  login: ['password', 'login', 'account', 'locked', 'email', 'code', 'sign', 'reset'],
};
/** Three words of the class a text. */
function sample(perClass: number, classes = Object.keys(words)) {
  const rows = classes.flatMap((label) =>
    Array.from({ length: perClass }, (_, index) => {
      const own = words[label]!;
      const at = (step: number) => own[(index * step + Math.floor(index / 8)) % own.length]!;
      return { label, text: `${at(1)} ${at(3)} ${at(5)} number ${index}` };
    }),
  );
  return { texts: rows.map(({ text }) => text), labels: rows.map(({ label }) => label) };
}
const embedder = createHashingEmbedder({ dimensions: 64 });
async function labelled(rows: { texts: string[]; labels: string[] }) {
  return { ...rows, embedder: embedder.modelId, vectors: await embedder.embedDocuments(rows.texts) };
}

describe('training', () => {
  it('tells classes apart on texts it has not seen, and is the same each time', async () => {
    const data = await labelled(sample(20));
    const trained = await trainIntents(data);
    const { model, heldOut } = trained;
    expect(model.labels).toEqual(['delivery', 'login', 'refund']);
    expect(model.training.accuracy).toBeGreaterThan(0.9);
    expect(heldOut).toHaveLength(60);
    const text = 'where is the package, tracking says shipped';
    expect(guessIntent(model, await embedder.embedQuery(text), text).label).toBe('delivery');
    expect((await trainIntents(data)).model).toEqual(model);
  }, 60_000);

  it('says so where labels mean nothing', async () => {
    const rows = sample(20);
    const random = randomFrom(5);
    const labels = rows.labels.map(() => (random() < 0.5 ? 'heads' : 'tails'));
    const { model } = await trainIntents(await labelled({ ...rows, labels }));
    expect(model.training.accuracy).toBeLessThan(0.75);
    expect(model.sureFrom).toEqual({ heads: null, tails: null });
  }, 60_000);

  it('refuses a single class', async () => {
    await expect(trainIntents(await labelled(sample(6, ['refund'])))).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('All 6 texts have the label refund'),
    });
  });

  it('names classes with too few examples', async () => {
    const rows = sample(6, ['refund', 'login']);
    rows.texts.push('late parcel', 'no courier');
    rows.labels.push('delivery', 'delivery');
    await expect(trainIntents(await labelled(rows))).rejects.toThrow(
      /1 class\(es\) have fewer than 5 examples: delivery \(2\).*--leave-out-small/,
    );
  });

  it('stops when it is told to', async () => {
    const data = await labelled(sample(6));
    await expect(trainIntents(data, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe('the loss of a softmax', () => {
  it('has the gradient that differences show', async () => {
    const number = fc.double({ min: -1, max: 1, noNaN: true });
    const rows = fc.array(fc.tuple(number, number, fc.nat(2)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(rows, fc.array(number, { minLength: 9, maxLength: 9 }), async (data, values) => {
        await using graph = await openSoftmaxGraph({
          vectors: Float32Array.from(data.flatMap((row) => row.slice(0, 2))),
          dimensions: 2,
          targets: data.map(([, , target]) => target),
          classes: 3,
        });
        const at = Float64Array.from(values);
        const { gradient } = await graph.evaluate(at);
        for (let index = 0; index < at.length; index++) {
          const moved = async (by: number) =>
            (await graph.evaluate(at.map((value, own) => (own === index ? value + by : value)))).loss;
          expect(((await moved(0.01)) - (await moved(-0.01))) / 0.02).toBeCloseTo(gradient[index]!, 2);
        }
      }),
      { numRuns: 10 * effort },
    );
  });
});

describe('minimising', () => {
  it('finds the bottom of a long valley', async () => {
    const scales = [1, 10, 100, 1000];
    const found = await minimize(
      async (at) => ({
        value: 1 + at.reduce((sum, value, index) => sum + (scales[index]! * (value - index) ** 2) / 2, 0),
        gradient: at.map((value, index) => scales[index]! * (value - index)),
      }),
      new Float64Array(4),
      { tolerance: 1e-12 },
    );
    for (const [index, value] of found.at.entries()) expect(value).toBeCloseTo(index, 4);
    expect(found.value).toBeCloseTo(1, 6);
  });
});

describe('folds', () => {
  it('hold each class evenly, and are as large as each other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(4), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 2, max: 5 }),
        (classes, folds) => {
          const foldOf = stratifiedFolds(classes, folds);
          const counts = (rows: number[]) => {
            const sizes = Array.from(
              { length: folds },
              (_, fold) => rows.filter((row) => foldOf[row] === fold).length,
            );
            return Math.max(...sizes) - Math.min(...sizes);
          };
          const rows = classes.map((_, row) => row);
          expect(counts(rows)).toBeLessThanOrEqual(1);
          for (const own of Map.groupBy(rows, (row) => classes[row]!).values())
            expect(counts(own)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
