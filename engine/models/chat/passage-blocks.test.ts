import { describe, expect, it } from 'vitest';
import { passageBlocks } from './passage-blocks.ts';

const shape = (text: string) =>
  passageBlocks(text).map(({ kind, units }) => [kind, ...units.map((unit) => unit.text)]);

describe('passage blocks', () => {
  it('reads paragraphs as sentences', () => {
    expect(shape('Turn the dial. It clicks.\n\nThen wait.')).toEqual([
      ['paragraph', 'Turn the dial.', 'It clicks.'],
      ['paragraph', 'Then wait.'],
    ]);
  });

  it('keeps a list together with the line that leads into it, and only that line', () => {
    expect(
      shape('Resetting clears all settings. To reset:\n\n1. Open the app.\n2. Hold the dial.\n\nDone.'),
    ).toEqual([
      ['paragraph', 'Resetting clears all settings.'],
      ['list', 'To reset:', '1. Open the app.', '2. Hold the dial.'],
      ['paragraph', 'Done.'],
    ]);
  });

  it('remembers the heading that a unit stands under, and shows no heading as a sentence', () => {
    const blocks = passageBlocks('## On iPhone\n\nOpen Settings.\n\n## On Android\n\nOpen the drawer.');
    expect(blocks.flatMap(({ units }) => units.map(({ heading, text }) => [heading, text]))).toEqual([
      ['On iPhone', 'Open Settings.'],
      ['On Android', 'Open the drawer.'],
    ]);
  });

  it('tells steps from lists without order', () => {
    expect(
      passageBlocks('1. Open.\n2. Close.\n\n## Colours\n\n- red\n- blue').map(({ ordered }) => ordered),
    ).toEqual([true, false]);
  });

  it('takes lines of code for a whole', () => {
    expect(passageBlocks('For example:\n\n```\nbank.csv\nbank.json\n```')).toMatchObject([
      { kind: 'list', ordered: true, units: [{ text: 'For example:' }, { kind: 'code' }, { kind: 'code' }] },
    ]);
  });

  it('gives nothing for nothing', () => {
    expect(passageBlocks(' \n\n')).toEqual([]);
  });
});
