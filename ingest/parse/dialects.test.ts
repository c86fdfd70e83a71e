import { describe, expect, it } from 'vitest';
import { parseHtmlText } from './html-text.ts';
import { parseMarkdown } from './markdown-text.ts';

const base = 'https://help.example.com/docs/boats';
const lines = (...text: string[]) => text.join('\n');

describe('dialects of Markdown', () => {
  it.each([
    [
      'tabs and boxes of Hugo',
      lines(
        '{{< tabs >}}',
        '{{% tab "Sail" %}}',
        'Hoist it.',
        '{{% /tab %}}',
        '{{< tab header="Motor" >}}',
        'Start it.',
        '{{< /tab >}}',
        '{{< /tabs >}}',
        '',
        '{{< alert title="Mind" >}}',
        'Deep water.',
        '{{< /alert >}}',
        '{{< youtube x1 >}}',
      ),
      lines('## Sail', '', 'Hoist it.', '', '## Motor', '', 'Start it.', '', 'Mind', '', 'Deep water.'),
    ],
    [
      'words between marks on one line',
      lines(
        '{{% notice warning "Mind" %}}',
        'Hot.',
        '{{% /notice %}}',
        '',
        '{{< button href="/x" >}}Go{{< /button >}}',
      ),
      lines('Mind', '', 'Hot.', '', 'Go'),
    ],
    [
      'includes, code and links of Jekyll',
      lines(
        '{% include note.html content="Take a *vest*." %}',
        '',
        '{% highlight sh %}',
        'sail --go',
        '{% endhighlight %}',
        '',
        'See [moor]({{ site.baseurl }}/moor) and [lock]({% link lock.md %}).',
      ),
      lines(
        'Take a vest.',
        '',
        '```sh',
        'sail --go',
        '```',
        '',
        'See [moor](https://help.example.com/moor) and lock.',
      ),
    ],
    ['references of Hugo', 'See [moor]({{< relref "moor.md" >}}) first.', 'See moor first.'],
    [
      'panels of MkDocs, its keys and its icons',
      lines(
        '??? note "Why?"',
        '    The lock is narrow.',
        '',
        ':material-anchor: Press ++ctrl+s++. [Go](go.md){ .md-button }',
        '',
        '--8<-- "foot.md"',
      ),
      lines('Why?', '', 'The lock is narrow.', '', 'Press ctrl+s. [Go](https://help.example.com/docs/go.md)'),
    ],
    [
      'blocks of ReadMe',
      lines(
        '[block:callout]',
        '{"type": "warning", "title": "Mind", "body": "The **lock** closes at six."}',
        '[/block]',
        '',
        '[block:code]',
        '{"codes": [{"code": "moor()", "language": "js", "name": "Node"}]}',
        '[/block]',
        '',
        '[block:parameters]',
        '{"data": {"h-0": "Boat", "h-1": "Fee", "0-0": "Punt", "0-1": "9"}, "cols": 2, "rows": 1}',
        '[/block]',
        '',
        '[block:api-header]',
        '{"title": "Next"}',
        '[/block]',
        '',
        '[block:image]',
        '{"images": [{"image": ["https://x.example/a.png", "lock.png"], "caption": "The lock"}]}',
        '[/block]',
      ),
      lines(
        'Mind',
        '',
        'The **lock** closes at six.',
        '',
        'Node',
        '',
        '```js',
        'moor()',
        '```',
        '',
        '- Punt — Fee: 9',
        '',
        '## Next',
        '',
        'The lock',
      ),
    ],
    [
      'blocks of ReadMe that are none',
      lines('[block:callout]', 'text', '[/block]'),
      '[block:callout] text [/block]',
    ],
    [
      'films, and pages beside this one, of GitBook',
      lines(
        '{% content-ref url="lock.md" %}',
        '[lock.md](lock.md)',
        '{% endcontent-ref %}',
        '',
        '{% embed url="https://film.example/7" %}',
        '',
        '{% hint style="info" %}',
        'Bring a rope.',
        '{% endhint %}',
      ),
      lines(
        '[lock.md](https://help.example.com/docs/lock.md)',
        '',
        'https://film.example/7',
        '',
        'Bring a rope.',
      ),
    ],
    [
      'tables without a line of dashes',
      lines(
        'The codes:',
        '| **Code** | **What to do** |',
        '|17 | Wait. |',
        '| 18| Call `a \\| b`. |',
        '',
        '| a | b |',
        '',
        '```',
        '| x | y |',
        '| z | - |',
        '```',
      ),
      lines(
        'The codes:',
        '',
        '- 17 — What to do: Wait.',
        '- 18 — What to do: Call a | b.',
        '',
        '| a | b |',
        '',
        '```',
        '| x | y |',
        '| z | - |',
        '```',
      ),
    ],
    ['tables of contents', lines('[[toc]]', '[TOC]', '', 'Text'), 'Text'],
    [
      'boxes of GitHub with a title of their own',
      lines('> [!WARNING]', '> It is **deep**.', '> - Rope', '> - Vest'),
      lines('It is **deep**.', '', '- Rope', '- Vest'),
    ],
  ])('reads %s', (_name, markdown, text) => {
    expect(parseMarkdown(markdown, { base }).text).toBe(text);
  });

  it.each([
    [
      'cards with their address, frames and steps',
      lines(
        '<CardGroup cols={2}>',
        '  <Card title="Moor" icon="anchor" href="/moor">',
        '    How to moor.',
        '  </Card>',
        '  <Card title="Locks" href="https://x.example/locks" />',
        '</CardGroup>',
        '',
        '<Frame caption="The lock at noon"><img src="a.png" /></Frame>',
        '',
        '<Steps>',
        '  <Step title="Slow down">',
        '    Below 3 knots.',
        '  </Step>',
        '</Steps>',
      ),
      lines(
        '## Moor',
        '',
        'How to moor.',
        '',
        '[Moor](https://help.example.com/moor)',
        '',
        '[Locks](https://x.example/locks)',
        '',
        'The lock at noon',
        '',
        '## Slow down',
        '',
        'Below 3 knots.',
      ),
    ],
    [
      'descriptions, whatever the component is called',
      '<Promo label="Summer" description="Free moorings in July." />',
      lines('## Summer', '', 'Free moorings in July.'),
    ],
    [
      'constants, text in braces, and nothing of other code',
      lines(
        "import X from 'x';",
        "export const top = '7 knots';",
        '',
        'At most {top}{" at night"}, {props.x}never {\'more\'}.',
      ),
      'At most 7 knots at night, never more.',
    ],
    [
      'groups of code with their languages',
      lines(
        '<CodeGroup>',
        '```bash npm',
        'npm i boat',
        '```',
        '',
        '```bash yarn',
        'yarn add boat',
        '```',
        '</CodeGroup>',
      ),
      lines('```bash', 'npm i boat', '```', '', '```bash', 'yarn add boat', '```'),
    ],
  ])('reads %s of MDX', (_name, mdx, text) => {
    const read = parseMarkdown(mdx, { isMdx: true, base });
    expect(read.note).toBeUndefined();
    expect(read.text).toBe(text);
  });
});

describe('the storage format of Confluence', () => {
  it('gives boxes, panels, code, links by title, tasks and pictures', () => {
    const storage =
      '<p>Go to <ac:link><ri:page ri:content-title="Locks &amp; weirs" /></ac:link> or <ac:link ac:anchor="x"><ri:page ri:content-title="A" /><ac:plain-text-link-body><![CDATA[the <map>]]></ac:plain-text-link-body></ac:link>.</p>' +
      '<ac:structured-macro ac:name="toc"><ac:parameter ac:name="maxLevel">2</ac:parameter></ac:structured-macro>' +
      '<ac:structured-macro ac:name="warning" ac:schema-version="1"><ac:parameter ac:name="title">Mind</ac:parameter><ac:rich-text-body><p>It is <strong>deep</strong>.</p></ac:rich-text-body></ac:structured-macro>' +
      '<ac:structured-macro ac:name="expand"><ac:parameter ac:name="title">Who may pass</ac:parameter><ac:rich-text-body><p>All <ac:structured-macro ac:name="status"><ac:parameter ac:name="colour">Green</ac:parameter><ac:parameter ac:name="title">OPEN</ac:parameter></ac:structured-macro></p></ac:rich-text-body></ac:structured-macro>' +
      '<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">bash</ac:parameter><ac:plain-text-body><![CDATA[if [ a < b ]; then\n  go && stop\nfi]]></ac:plain-text-body></ac:structured-macro>' +
      '<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>Tie the <em>rope</em></ac:task-body></ac:task></ac:task-list>' +
      '<ac:image ac:alt="The lock"><ri:attachment ri:filename="l.png" /></ac:image><p>After it.</p>';
    expect(parseHtmlText(storage).text).toBe(
      lines(
        'Go to Locks & weirs or the <map>.',
        '',
        'Mind',
        '',
        'It is **deep**.',
        '',
        '## Who may pass',
        '',
        'All OPEN',
        '',
        '```bash',
        'if [ a < b ]; then',
        '  go && stop',
        'fi',
        '```',
        '',
        '- Tie the rope',
        '',
        'The lock',
        '',
        'After it.',
      ),
    );
  });
});
