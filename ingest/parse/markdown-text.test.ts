import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlToMarkdown } from './html-text.ts';
import { markdownToText } from './markdown-text.ts';

describe('markdownToText', () => {
  it.each([
    [
      'links and images',
      'See [the *guide*](https://x.example/a_(b) "t") and ![a chart](c.png).',
      'See the guide and a chart.',
    ],
    [
      'emphasis and code',
      '**Bold**, _soft_, `a_b_c` and snake_case stay.',
      'Bold, soft, a_b_c and snake_case stay.',
    ],
    ['Kramdown marks', '## Pay {#pay}\n{: .note}\nNow.', '## Pay\n\nNow.'],
    ['Liquid', '{% include x.html %}Hello {{ site.name }}!', 'Hello !'],
    [
      'admonitions',
      ':::note Careful\nIt is hot.\n:::\n> [!TIP]\n> Use gloves.',
      'Careful\nIt is hot.\n\nUse gloves.',
    ],
    [
      'tables',
      'Fees:\n\n| To | Cost | Express |\n|---|:-:|---|\n| Austria | €6 | – |\n| France | €5 | |',
      'Fees:\n\n- Austria — Cost: €6; Express: –\n- France — Cost: €5',
    ],
    ['setext headings', 'Refunds\n=======\nSoon.', '# Refunds\n\nSoon.'],
    [
      'tags and comments',
      'One<br/>two <!-- secret --><b>three</b> <https://x.example>',
      'One\ntwo three https://x.example',
    ],
    ['entities', 'Fish &amp; chips &#8217;s', 'Fish & chips ’s'],
    [
      'code fences',
      '```js\nconst a = "**x**";\n# no heading\n```',
      '```\nconst a = "**x**";\n# no heading\n```',
    ],
    ['code on one line', '```npm start``` runs it.\n\n# Next', 'npm start runs it.\n\n# Next'],
    ['an unclosed fence', 'Text\n```\ncode', 'Text\n```\ncode\n```'],
    ['a comparison', 'If 3 < 5 and 7 > 2', 'If 3 < 5 and 7 > 2'],
  ])('reads %s', (_name, markdown, text) => {
    expect(markdownToText(markdown)).toBe(text);
  });

  it('drops the code of MDX and keeps the text of its components', () => {
    const mdx =
      "import { Tab } from '../tab';\nexport const a = 1;\n\n# Hi\n\n<Tab onClick={() => go('>')} title=\"x > y\">Inside {props.name}</Tab>\n{/* note */}";
    expect(markdownToText(mdx, { mdx: true })).toBe('# Hi\n\nInside');
  });

  it('keeps the rows of HTML tables and lists', () => {
    expect(
      markdownToText(
        'Prices:\n<table><tr><th>Plan</th><th>€</th></tr><tr><td>Pro</td><td>9</td></tr></table>',
      ),
    ).toBe('Prices:\n\n- Pro — €: 9');
  });

  it('stays linear on hostile input', () => {
    const started = performance.now();
    for (const unit of [
      '[',
      '![',
      '<',
      '<a ',
      '*',
      '_',
      '`',
      '{',
      '<ul>',
      '<script>',
      '<!--',
      '[a](',
      '|-',
      '\\',
      '&a',
    ]) {
      markdownToText(unit.repeat(100_000 / unit.length), { mdx: true });
    }
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it('reads anything without failing', () => {
    const piece = fc.constantFrom(
      '```',
      '# ',
      '[',
      ']',
      '(',
      ')',
      '<',
      '>',
      '{',
      '}',
      '|',
      '-',
      '\n',
      '`',
      '*',
      '_',
      '<table>',
      '</table>',
      'a ',
      '&#',
      ';',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 80 }),
        (pieces) => typeof markdownToText(pieces.join('')) === 'string',
      ),
    );
  });
});

describe('htmlToMarkdown', () => {
  it('takes the main content with headings, nested lists, code and tables', () => {
    const { markdown, title, language, meta } =
      htmlToMarkdown(`<!doctype html><html lang="en-GB"><head><title>Returns</title>
      <meta name="audience" content="internal"><link rel="canonical" href="https://x.example/r"></head>
      <body><header>Menu</header><nav>Home</nav><main><h1>Returns</h1><p>Send it <a href="/x">back</a>.<br>Soon.</p>
      <ol><li><p>Print</p><ul><li>in colour</li></ul></li><li>Post</li></ol><pre>a  b
c</pre><table><tr><th>Day<td>1|2</table></main><footer>(c)</footer><script>x()</script></body></html>`);
    expect(markdown).toBe(
      '# Returns\n\nSend it back.\nSoon.\n\n1. Print\n   - in colour\n2. Post\n\n```\na  b\nc\n```\n\n| Day | 1/2 |',
    );
    expect({ title, language, audience: meta.audience, canonical: meta.canonical }).toEqual({
      title: 'Returns',
      language: 'en-GB',
      audience: 'internal',
      canonical: 'https://x.example/r',
    });
  });

  it.each([
    '<p style="display: none">hidden</p>',
    '<p hidden>hidden</p>',
    '<p aria-hidden="true">hidden</p>',
    '<span style="color:#fff;background:white">hidden</span>',
    '<span style="font-size:0px">hidden</span>',
    '<div style="position:absolute;left:-9999px">hidden</div>',
    '<!-- hidden -->',
    '<template>hidden</template>',
    '<h2 hidden>hidden</h2>',
    '<ul><li style="visibility:hidden">hidden</li></ul>',
    '<table><tr><td style="opacity:0">hidden</td></tr></table>',
  ])('leaves out what a reader cannot see: %s', (html) => {
    expect(htmlToMarkdown(`<p>seen</p>${html}`).markdown).toBe('seen');
  });

  it('survives very deep nesting', () => {
    expect(htmlToMarkdown(`${'<div>'.repeat(20_000)}deep`).markdown).toContain('deep');
  });
});
