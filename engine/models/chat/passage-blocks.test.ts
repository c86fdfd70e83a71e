import { describe, expect, it } from 'vitest';
import { packBlocks } from '#core/text-blocks.ts';
import { passageSections } from './passage-blocks.ts';

const passageBlocks = (passage: Parameters<typeof passageSections>[0]) =>
  passageSections(passage).flatMap(({ blocks }) => blocks);
const shape = (text: string) =>
  passageBlocks({ text }).map(({ kind, units }) => [kind, ...units.map((unit) => unit.text)]);

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
    const sections = passageSections({
      text: 'In general.\n\n## On iPhone\n\nOpen Settings.\n\n## On Android\n\nOpen the drawer.',
      headingPath: ['Notices'],
    });
    const texts = sections.map(({ heading, blocks }) => [
      heading,
      ...blocks.flatMap(({ units }) => units.map(({ text }) => text)),
    ]);
    expect(texts).toEqual([
      ['Notices', 'In general.'],
      ['On iPhone', 'Open Settings.'],
      ['On Android', 'Open the drawer.'],
    ]);
  });

  it('tells steps from lists without order', () => {
    expect(
      passageBlocks({ text: '1. Open.\n2. Close.\n\n## Colours\n\n- red\n- blue' }).map(
        ({ ordered }) => ordered,
      ),
    ).toEqual([true, false]);
  });

  it('takes code for a whole', () => {
    expect(passageBlocks({ text: 'For example:\n\n```\nbank.csv\nbank.json\n```' })).toMatchObject([
      { kind: 'code', units: [{ text: 'For example:' }, { text: '```\nbank.csv\nbank.json\n```' }] },
    ]);
  });

  it('says where in the passage each unit stands', () => {
    const text = 'Turn the dial. It clicks.\n\n- One.\n- Two.';
    for (const { units } of passageBlocks({ text }))
      for (const { text: unit, start, end } of units) expect(text.slice(start, end)).toBe(unit);
  });

  it('takes the structure from the passage where it carries one, whatever its lines look like', () => {
    const text = '1. Fill the tank.\n   Use cold water.\n# of litres: 2\n2. Press Clean.';
    const blocks = packBlocks([
      { kind: 'step', level: 1, start: 0, end: 17 },
      { kind: 'paragraph', level: 1, start: 21, end: 36 },
      { kind: 'paragraph', level: 1, start: 37, end: 51 },
      { kind: 'step', level: 1, start: 52, end: 67 },
    ]);
    expect(passageBlocks({ text, blocks })).toMatchObject([
      {
        kind: 'list',
        ordered: true,
        units: [
          { text: '1. Fill the tank.', kind: 'item' },
          { text: 'Use cold water.', kind: 'sentence' },
          { text: '# of litres: 2', kind: 'sentence' },
          { text: '2. Press Clean.', kind: 'item' },
        ],
      },
    ]);
  });

  it('gives nothing for nothing', () => {
    expect(passageBlocks({ text: ' \n\n' })).toEqual([]);
  });
});
