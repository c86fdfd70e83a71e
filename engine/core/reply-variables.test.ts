import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillVariables, replyVariables, unknownVariables } from './reply-variables.ts';

describe('variables of canned replies', () => {
  it('fills in what is known and names what is not', () => {
    expect(fillVariables('Hi {{customer}}, {{ agent }} here of {{company}}.', { agent: 'Mia' })).toEqual([
      { text: 'Hi ' },
      { missing: 'customer' },
      { text: ', Mia here of ' },
      { missing: 'company' },
      { text: '.' },
    ]);
  });

  it('names what stands for nothing, once each', () => {
    expect(unknownVariables('{{agent}} {{first_name}} {{x}} {{ x }} {{}}')).toEqual(['first_name', 'x', '']);
    expect(unknownVariables('{agent} and {{company}}')).toEqual([]);
  });

  it('takes values as they are, whatever is in them', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const parts = fillVariables('<{{customer}}>', { customer: value });
        expect(parts).toEqual(
          value === '' ? [{ text: '<' }, { missing: 'customer' }, { text: '>' }] : [{ text: `<${value}>` }],
        );
      }),
    );
  });

  it('leaves none of its own names standing in any text', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom(...replyVariables.map((name) => `{{${name}}}`)));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const values = Object.fromEntries(replyVariables.map((name) => [name, 'known']));
        const text = fillVariables(pieces.join(' '), values)
          .map((part) => ('text' in part ? part.text : ''))
          .join('');
        for (const name of replyVariables) expect(text).not.toContain(`{{${name}}}`);
      }),
    );
  });
});
