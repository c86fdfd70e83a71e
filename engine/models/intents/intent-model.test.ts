import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intentFeatures } from './intent-features.ts';
import { guessIntent, type IntentModel, readIntentModel, writeIntentModel } from './intent-model.ts';
import { createIntentClassifier } from './open-intent-classifier.ts';

const model = (change: Partial<IntentModel> = {}): IntentModel => ({
  name: 'shop',
  embedder: 'hashing@1',
  dimensions: 2,
  spellingBuckets: 0,
  labels: ['delivery', 'refund'],
  weights: Float32Array.from([4, 0, 0, 4]),
  biases: [0, 0],
  temperature: 1,
  familiarFrom: 3,
  sureFrom: { delivery: 0.9, refund: null },
  precision: 0.98,
  training: { texts: 9, data: 'x', folds: 3, l2: 1, accuracy: 1, macroF1: 1, calibrationError: 0 },
  ...change,
});
const vector = (...values: number[]) => Float32Array.from(values);

describe('a guess', () => {
  it('is the class with the highest score, with the probability of a softmax', () => {
    const guess = guessIntent(model(), vector(1, 0), 'text');
    expect(guess.label).toBe('delivery');
    expect(guess.probability).toBeCloseTo(Math.exp(4) / (Math.exp(4) + 1), 6);
    expect(guess.familiarity).toBeCloseTo(Math.log(Math.exp(4) + 1), 6);
    expect(guess).toMatchObject({ sure: true, familiar: true });
  });

  it('is less sure at a higher temperature, and equally familiar', () => {
    const [cool, warm] = [1, 4].map((temperature) => guessIntent(model({ temperature }), vector(1, 0), ''));
    expect(warm!.probability).toBeLessThan(cool!.probability);
    expect(warm!.familiarity).toBe(cool!.familiarity);
    expect(warm!.sure).toBe(false);
  });

  it('is never sure of a class that was never told reliably, nor of one far from all that is known', () => {
    expect(guessIntent(model(), vector(0, 1), '')).toMatchObject({ label: 'refund', sure: false });
    expect(guessIntent(model(), vector(-1, 0), '')).toMatchObject({ familiar: false, sure: false });
  });

  it('gives every class a probability, together 1', () => {
    const number = fc.float({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: 4, maxLength: 4 }), number, number, (weights, a, b) => {
        const guess = guessIntent(model({ weights: Float32Array.from(weights) }), vector(a, b), '');
        const values = Object.values(guess.probabilities);
        expect(values.reduce((sum, value) => sum + value)).toBeCloseTo(1, 6);
        expect(Math.max(...values)).toBe(guess.probability);
      }),
    );
  });
});

describe('the file of a classifier', () => {
  it('is read as it was written', () => {
    const written = model({ spellingBuckets: 1, weights: vector(1, 2, 3, 4, 5, 6.5) });
    expect(readIntentModel(writeIntentModel(written), 'm.json')).toEqual(written);
  });

  it.each([
    ['no JSON', 'x'],
    ['another kind of file', '{"embedder":"hashing@1"}'],
    ['cut short', writeIntentModel(model()).slice(0, -60)],
    ['a weight too few', writeIntentModel(model({ weights: vector(1, 2, 3) }))],
    ['a weight that is no number', writeIntentModel(model({ weights: vector(1, 2, 3, Number.NaN) }))],
    ['a class that is there twice', writeIntentModel(model({ labels: ['a', 'a'] }))],
    ['a newer version', writeIntentModel(model()).replace('"schemaVersion": 1', '"schemaVersion": 2')],
  ])('is refused: %s', (_what, text) => {
    expect(() => readIntentModel(text, 'm.json')).toThrow(
      /m\.json is no intent classifier.*answerdesk intents/s,
    );
  });
});

describe('what is seen of the spelling', () => {
  it('is of norm 1 where there is a word, and the same for any case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const features = intentFeatures(vector(0.6, 0.8), text, 64);
        expect([...features.subarray(0, 2)]).toEqual([...vector(0.6, 0.8)]);
        const squares = features.subarray(2).reduce((sum, value) => sum + value * value, 0);
        // Pieces of opposite sign may meet in one bucket and leave nothing.
        expect(Math.abs(squares - 1) < 1e-4 || squares === 0).toBe(true);
      }),
    );
    expect(intentFeatures(vector(1, 0), 'THANKS', 64)).toEqual(intentFeatures(vector(1, 0), 'thanks', 64));
  });

  it('is alike for typing mistakes', () => {
    const [thanks, mistyped, other] = ['thank you', 'thnak you', 'where is it'].map((text) =>
      intentFeatures(vector(0, 0), text, 512),
    );
    const cosine = (a: Float32Array, b: Float32Array) =>
      a.reduce((sum, value, at) => sum + value * b[at]!, 0);
    expect(cosine(thanks!, mistyped!)).toBeGreaterThan(cosine(thanks!, other!) + 0.2);
  });
});

describe('a classifier', () => {
  const classifier = createIntentClassifier(model());
  const seen = (modelId = 'hashing@1') => ({ modelId, values: vector(1, 0) });

  it('guesses from the vector that it is given', () => {
    expect(classifier.classify('where is it', seen())).toMatchObject({ label: 'delivery' });
  });

  it('guesses nothing for a text without a word', () => {
    expect(classifier.classify(' \n\t', seen())).toBeUndefined();
  });

  it('guesses nothing from a vector of another embedder than it was trained with', () => {
    expect(classifier.classify('refund', seen('other@2'))).toBeUndefined();
  });
});
