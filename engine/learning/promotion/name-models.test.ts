import { describe, expect, it } from 'vitest';
import { type KnownModel, pickModel } from './name-models.ts';

const model = (modelId: string, isBuiltIn = false): KnownModel => ({
  modelId,
  isBuiltIn,
  isEndpoint: false,
  folder: modelId,
  bytes: 1,
  inUse: false,
  generations: [],
});
const models = [model('first@aaaa', true), model('second@bbbb'), model('second@cccc')];
const known = { models, hasEndpoint: false, current: 'second@bbbb', problems: [] };

describe('the name of a model', () => {
  it('is its id, its name where only one has it, built-in, or current', () => {
    expect(pickModel(known, 'second@cccc')).toBe(models[2]);
    expect(pickModel(known, 'first')).toBe(models[0]);
    expect(pickModel(known, 'built-in')).toBe(models[0]);
    expect(pickModel(known, 'current')).toBe(models[1]);
  });

  it('is refused with what there is, or with what is missing', () => {
    expect(() => pickModel(known, 'second')).toThrow(/second@bbbb, second@cccc\. Write it with its hash/);
    expect(() => pickModel(known, 'third')).toThrow(/no model third\. There are: first@aaaa, /);
    expect(() => pickModel(known, 'openai:some')).toThrow(/ANSWERDESK_EMBEDDER_BASE_URL/);
    expect(() => pickModel({ ...known, current: undefined }, 'current')).toThrow(/no knowledge base yet/);
  });
});
