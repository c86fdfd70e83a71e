import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '#core/testing/effort.ts';
import { externalConstant, node, onnxModel } from '../testing/onnx-writer.ts';
import { externalDataLocations } from './onnx-external-data.ts';

const model = (locations: readonly string[]) =>
  onnxModel({
    nodes: [node('Gather', ['w0', 'input_ids'], 'out')],
    constants: locations.map((location, index) => externalConstant(`w${index}`, [2, 3], location)),
    inputs: ['input_ids'],
    outputs: [{ name: 'out', shape: ['batch', 'sequence', 3] }],
  });

/** A length-delimited field, for messages below 16 KiB. */
const field = (number: number, content: Uint8Array) =>
  Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
const varint = (value: number) =>
  Buffer.from(value < 128 ? [value] : [(value % 128) + 128, Math.floor(value / 128)]);

describe('external data of an ONNX model', () => {
  it('is found wherever a tensor can be: beside the graph, in attributes, in graphs within graphs, in functions', () => {
    const entry = (location: string) =>
      field(13, Buffer.concat([field(1, Buffer.from('location')), field(2, Buffer.from(location))]));
    const attribute = (content: Buffer) => field(1, field(5, content));
    const graphs = [
      field(5, entry('initializer')),
      field(15, field(1, entry('sparse values'))),
      field(15, field(2, entry('sparse indices'))),
      attribute(field(5, entry('attribute'))),
      attribute(field(10, entry('attribute list'))),
      attribute(field(6, field(5, entry('subgraph')))),
      attribute(field(11, field(5, entry('subgraph list')))),
      attribute(field(22, field(1, entry('sparse attribute')))),
    ];
    const parts = [
      ...graphs.map((graph) => field(7, graph)),
      field(20, field(1, field(5, entry('training')))),
      field(25, field(7, field(5, field(5, entry('function'))))),
      field(25, field(11, field(5, entry('default of a function')))),
    ];
    expect(externalDataLocations(Buffer.concat(parts)).sort()).toEqual(
      [
        'attribute',
        'attribute list',
        'default of a function',
        'function',
        'initializer',
        'sparse attribute',
        'sparse indices',
        'sparse values',
        'subgraph',
        'subgraph list',
        'training',
      ].sort(),
    );
  });

  it('is every location that was written, and none in the model that ships', async () => {
    expect(externalDataLocations(await readFile('data/models/embedder/model.onnx'))).toEqual([]);
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 300 }), { minLength: 1, maxLength: 5 }), (locations) => {
        // Lone surrogates cannot be written as UTF-8.
        const written = locations.map((location) => location.toWellFormed());
        expect(new Set(externalDataLocations(model(written)))).toEqual(new Set(written));
      }),
    );
  });

  it('of bytes that are no model is an error in words, quickly, whatever they are', () => {
    const whole = model(['a', 'b/c']);
    const checked = (bytes: Uint8Array) => {
      try {
        return externalDataLocations(bytes).every((location) => typeof location === 'string');
      } catch (error) {
        return error instanceof Error && /^it (ends|holds)|^its graphs/.test(error.message);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), checked), { numRuns: 100 * effort });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (position, value) => {
        const spoiled = Uint8Array.from(whole);
        spoiled[position] = value;
        return checked(spoiled) && checked(whole.subarray(0, position));
      }),
      { numRuns: 100 * effort },
    );
  });

  it('of graphs nested without end is refused', () => {
    let graph: Uint8Array = Buffer.alloc(0);
    for (let depth = 0; depth < 200; depth++) graph = nest(graph);
    expect(() => externalDataLocations(field(7, graph))).toThrow(/nested without end/);
  });
});

const nest = (graph: Uint8Array) => field(1, field(5, field(6, graph)));
