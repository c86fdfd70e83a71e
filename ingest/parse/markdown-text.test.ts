import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHtmlText, readPageFacts } from './html-text.ts';
import { parseMarkdown } from './markdown-text.ts';

const markdownToText = (markdown: string, options = {}) => parseMarkdown(markdown, options).text;

describe('parseMarkdown', () => {
  it.each([
    [
      'links and images',
      'See [the *guide*](https://x.example/a_(b) "t") and ![a chart](c.png).',
      'See [the guide](https://x.example/a_%28b%29) and a chart.',
    ],
    [
      'emphasis and code',
      '**Bold**, _soft_, `a_b_c` and snake_case stay.',
      '**Bold**, soft, a_b_c and snake_case stay.',
    ],
    ['Kramdown marks', '## Pay {#pay}\n{: .note}\nNow.', '## Pay\n\nNow.'],
    ['Liquid', '{% include x.html %}Hello {{ site.name }}!', 'Hello !'],
    [
      'admonitions',
      ':::note Careful\nIt is hot.\n:::\n> [!TIP]\n> Use gloves.',
      'Careful\n\nIt is hot.\n\nUse gloves.',
    ],
    [
      'tables',
      'Fees:\n\n| To | Cost | Express |\n|---|:-:|---|\n| Austria | €6 | – |\n| France | €5 | |',
      'Fees:\n\n- Austria — Cost: €6; Express: –\n- France — Cost: €5',
    ],
    [
      'escaped pipes',
      '| Flag | Values | Default |\n|---|---|---|\n| `--retry` | 0 \\| 1 | `a \\| b` |',
      '- --retry — Values: 0 | 1; Default: a | b',
    ],
    [
      'reference links',
      'See [the guide][1].\n\n[1]: https://x.example/a',
      'See [the guide](https://x.example/a).',
    ],
    [
      'GitBook tabs',
      '{% tabs %}\n{% tab title="Android" %}\nHold the phone.\n{% endtab %}\n\n{% tab title="iPhone" %}\nScan it.\n{% endtab %}\n{% endtabs %}',
      '## Android\n\nHold the phone.\n\n## iPhone\n\nScan it.',
    ],
    [
      'MkDocs admonitions and tabs',
      '!!! warning "Hot"\n    Wear *gloves*.\n\n=== "Mac"\n\n    Press once.\n\nDone.',
      'Hot\n\nWear gloves.\n\n## Mac\n\nPress once.\n\nDone.',
    ],
    [
      'panels',
      '<details>\n\n<summary>It blinks</summary>\n\nIt **waits**.\n\n</details>',
      '## It blinks\n\nIt **waits**.',
    ],
    [
      'steps that an image stands between',
      '1. Fill it.\n\n   ![tank](t.png)\n\n2. Add it.\n\n![sachet](s.png)\n\n3. Press.\n   > Do not drink.',
      '1. Fill it.\n   tank\n2. Add it.\n   sachet\n3. Press.\n   Do not drink.',
    ],
    [
      'prose that is only indented',
      'For example:\n\n    See [our page](x.html) for more.',
      'For example:\n\nSee our page for more.',
    ],
    [
      'an element that is spoken of and never closed',
      'Put it into the <title> tag. Then save.',
      'Put it into the tag. Then save.',
    ],
    ['setext headings', 'Refunds\n=======\nSoon.', '# Refunds\n\nSoon.'],
    [
      'tags and comments',
      'One<br/>two <!-- secret --><b>three</b> <https://x.example>',
      'One\ntwo **three** https://x.example',
    ],
    ['entities', 'Fish &amp; chips &#8217;s', 'Fish & chips ’s'],
    [
      'code fences',
      '```js\nconst a = "**x**";\n# no heading\n```',
      '```js\nconst a = "**x**";\n# no heading\n```',
    ],
    ['code on one line', '```npm start``` runs it.\n\n# Next', 'npm start runs it.\n\n# Next'],
    ['an unclosed fence', 'Text\n```\ncode', 'Text\n\n```\ncode\n```'],
    [
      'a fence that closes further in than it opens',
      '```bash\nnpm start\n    ```\n\n1. Open it.',
      '```bash\nnpm start\n```\n\n1. Open it.',
    ],
    [
      'a container on the line that closes a fence',
      '```\na = 1\n```!!! note "Run"\n    Use it.',
      '```\na = 1\n```\n\nRun\n\nUse it.',
    ],
    ['a comparison', 'If 3 < 5 and 7 > 2', 'If 3 < 5 and 7 > 2'],
  ])('reads %s', (_name, markdown, text) => {
    expect(markdownToText(markdown)).toBe(text);
  });

  it('drops the code of MDX and keeps the text of its components', () => {
    const mdx =
      "import { Tab } from './tab';\nexport const a = 1;\n\n# Hi\n\n<Tab onClick={() => go('>')} title=\"x > y\">Inside {props.name}</Tab>\n{/* note */}";
    expect(markdownToText(mdx, { isMdx: true })).toBe('# Hi\n\n## x > y\n\nInside');
  });

  it('keeps the rows of HTML tables and lists', () => {
    expect(
      markdownToText(
        'Prices:\n<table><tr><th>Plan</th><th>€</th></tr><tr><td>Pro</td><td>9</td></tr></table>',
      ),
    ).toBe('Prices:\n\n- Pro — €: 9');
  });

  it('takes the titles of components for headings, and a text attribute for text', () => {
    const mdx =
      '<Accordion title="How long?">\n  Some 300 hours.\n</Accordion>\n\n<Callout text="Never below 5 °C." />';
    expect(markdownToText(mdx, { isMdx: true })).toBe('## How long?\n\nSome 300 hours.\n\nNever below 5 °C.');
  });

  it('loses no article to broken MDX', () => {
    const { text, note } = parseMarkdown(
      "import A from 'a';\n\n# Hi\n\n<Tab>\n\nIf 3 < 5 {count}, press **once**.",
      {
        isMdx: true,
      },
    );
    expect(text).toBe('# Hi\n\nIf 3 < 5 , press **once**.');
    expect(note).toBe('not valid MDX: read as Markdown');
  });

  it('knows where each block is and what it stands under', () => {
    const { text, blocks } = parseMarkdown(
      '# A\n\nOne.\n\n- x\n  - y\n\n## B\n\n```\n# no heading\n```\n\n| a | b |\n|--|--|\n| 1 | 2 |',
    );
    expect(blocks.map(({ kind, level, start, end }) => [kind, level, text.slice(start, end)])).toEqual([
      ['heading', 1, '# A'],
      ['paragraph', 0, 'One.'],
      ['item', 1, '- x'],
      ['item', 2, '- y'],
      ['heading', 2, '## B'],
      ['code', 0, '```\n# no heading\n```'],
      ['row', 1, '- 1 — b: 2'],
    ]);
    expect(blocks.map(({ headingPath }) => headingPath.join('/'))).toEqual([
      '',
      'A',
      'A',
      'A',
      'A',
      'A/B',
      'A/B',
    ]);
  });

  it('bounds nesting of lists and quotations', () => {
    const list = Array.from({ length: 400 }, (_, depth) => `${'  '.repeat(depth)}- a`).join('\n');
    expect(parseMarkdown(list).text.match(/a/g)).toHaveLength(400);
    expect(parseMarkdown(`${'> '.repeat(10_000)}deep`).text).toContain('deep');
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

const htmlToText = (html: string) => parseHtmlText(html).text;

describe('parseHtmlText', () => {
  it('takes the main content with headings, nested lists, code and tables', () => {
    const html = `<!doctype html><html lang="en-GB"><head><title>Returns</title>
      <meta name="audience" content="internal"><link rel="canonical" href="https://x.example/r"></head>
      <body><header>Menu</header><nav>Home</nav><main><h1>Returns</h1><p>Send it <a href="/x">back</a>.<br>Soon.</p>
      <ol><li><p>Print</p><ul><li>in colour</li></ul></li><li>Post</li></ol><pre>a  b
c</pre><table><tr><th>Day<td>1|2</table></main><footer>(c)</footer><script>x()</script></body></html>`;
    const { title, language, meta } = readPageFacts(html);
    expect(htmlToText(html)).toBe(
      '# Returns\n\nSend it [back](https://x.example/x).\nSoon.\n\n1. Print\n   - in colour\n2. Post\n\n```\na  b\nc\n```\n\n- Day — 1|2',
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
    expect(htmlToText(`<p>seen</p>${html}`)).toBe('seen');
  });

  it('names the columns of a table, also across and down, and puts the caption above', () => {
    expect(
      htmlToText(`<table><caption>From May</caption><thead><tr><th>Season</th><th>Hut</th><th>Night</th></tr></thead>
        <tr><td rowspan="2">Winter</td><td>Small</td><td>90</td></tr><tr><td>Large</td><td>150</td></tr>
        <tr><td>Christmas</td><td colspan="2">closed</td></tr></table>`),
    ).toBe(
      'From May\n\n- Winter — Hut: Small; Night: 90\n- Winter — Hut: Large; Night: 150\n- Christmas — Hut, Night: closed',
    );
  });

  it('takes no row for the head of a table that has none', () => {
    expect(
      htmlToText('<table><tr><td>Beds</td><td>6</td></tr><tr><td>Stove</td><td>wood</td></tr></table>'),
    ).toBe('- Beds — 6\n- Stove — wood');
    expect(
      htmlToText(
        '<table><tr><td><b>To</b></td><td><b>€</b></td></tr><tr><td>Graz</td><td>6</td></tr></table>',
      ),
    ).toBe('- Graz — €: 6');
  });

  it('reads accordions and questions in definition lists as headings with their answers', () => {
    expect(
      htmlToText(
        '<h2><button aria-expanded="false">A dog?</button></h2><div>Yes.</div><dl><dt>Who cleans?</dt><dd>You.</dd><dt>And then?</dt><dd>Me.</dd></dl><button>Copy</button>',
      ),
    ).toBe('## A dog?\n\nYes.\n\n### Who cleans?\n\nYou.\n\n### And then?\n\nMe.');
  });

  it('counts the invisible characters that references had hidden', () => {
    expect(parseHtmlText('<p>fil&#8203;ter</p>')).toMatchObject({ text: 'filter', invisibleRemoved: 1 });
  });

  it('does not let formatting that never closes fill the memory', () => {
    const bomb = `<p>${Array.from({ length: 3_000 }, (_, id) => `<b id=${id}>`).join('')}${'<p>x'.repeat(3_000)}`;
    const { text, note } = parseHtmlText(bomb);
    expect(note).toMatch(/too many elements/);
    expect(text).toContain('x');
  });

  it('survives very deep nesting', () => {
    expect(htmlToText(`${'<div>'.repeat(20_000)}deep`)).toContain('deep');
  });
});
