import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { expectLinearTime } from '#core/testing/linear-time.ts';
import { settlePartialMarkdown } from './partial-markdown.ts';

const answers = [
  'Hold the dial for **10 seconds** until the ring turns *white* [1]. See [Reset](https://help.example/reset) for more [2].',
  '1. Open **Settings**\n2. Choose `Devices > Firmware`\n   - *Valve*: 4.2.0\n   - ~~Bridge~~\n3. Done [3]\n\nThat is __all__.',
  '## Delivery\n\n| To | Days | Cost |\n|---|:-:|---:|\n| UK | 2–3 | **£3.95** |\n| Ireland | 3–4 | €5.95 |\n\nFree from £60 [1].',
  'Run this:\n\n```sh\ncurl https://a.example/*.txt | grep "**x**"\n```\n\nThen 5 * 3 = 15, snake_case_name and AT&amp;T.',
  '> Quoted **text** here\n\nLine one\n---\nmore <b>tags</b> and https://help.example/a_b_c.',
];

const shownText = (markdown: string) =>
  marked
    .parse(markdown, { async: false, breaks: true })
    .replace(/<pre>[\s\S]*?<\/pre>|<code>[\s\S]*?<\/code>/g, '')
    .replace(/<[^>]+>/g, '');

describe('settlePartialMarkdown', () => {
  it.each(answers)('never shows half of a mark-up: %j', (answer) => {
    for (let end = 1; end < answer.length; end += 1) {
      const shown = shownText(settlePartialMarkdown(answer.slice(0, end)));
      expect(shown, answer.slice(0, end)).not.toMatch(/\*\*|__|~~|\]\(|`|\[(?!\d\])|\|\s*-|&lt;b?$/);
      expect(shown, answer.slice(0, end)).not.toMatch(/(^|\n)\s*(#|\|)/);
    }
  });

  it.each(answers)('only ever adds to what is shown: %j', (answer) => {
    let before = '';
    for (let end = 1; end < answer.length; end += 1) {
      const now = shownText(settlePartialMarkdown(answer.slice(0, end))).replace(/\s+/g, '');
      const common = [...before].findIndex((character, index) => character !== now[index]);
      const takenBack = common < 0 ? 0 : before.length - common;
      expect(takenBack, `${before} -> ${now}`).toBeLessThanOrEqual('htt'.length);
      before = now;
    }
  });

  it('closes what is open', () => {
    expect(settlePartialMarkdown('It is **very imp')).toBe('It is **very imp**');
    expect(settlePartialMarkdown('It is **very *imp')).toBe('It is **very *imp***');
    expect(settlePartialMarkdown('Choose `Sett')).toBe('Choose `Sett`');
  });

  it('holds back what could still become something else', () => {
    expect(settlePartialMarkdown('See [the pa')).toBe('See ');
    expect(settlePartialMarkdown('See [the page](https://exa')).toBe('See the page');
    expect(settlePartialMarkdown('White [1')).toBe('White ');
    expect(settlePartialMarkdown('White [1]')).toBe('White [1]');
    expect(settlePartialMarkdown('Text\n-')).toBe('Text');
    expect(settlePartialMarkdown('Text\n\n| a | b |\n|--')).toBe('Text\n');
  });

  it('leaves code as it is', () => {
    expect(settlePartialMarkdown('```\na **b [c')).toBe('```\na **b [c');
  });

  it('takes no more than linear time', () => {
    const pieces = ['*a ', '[', '`', '|a\n', '_x_', '![](', '<a ', '\n- ', '&', '\\', '~~a'];
    expectLinearTime(settlePartialMarkdown, pieces);
  });
});
