import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { splitSentences } from '#core/sentences.ts';
import { describeInBrowser } from '../testing/describe-in-browser.ts';
import { hostileMarkdown } from '../testing/hostile-markdown.ts';
import { launchChromium } from '../testing/launch-chromium.ts';
import type { settlePartialMarkdown } from './partial-markdown.ts';
import type { renderQuote } from './quote-view.ts';
import type { renderMarkdown } from './safe-markdown.ts';

declare global {
  interface Window {
    widget: {
      renderMarkdown: typeof renderMarkdown;
      renderQuote: typeof renderQuote;
      settlePartialMarkdown: typeof settlePartialMarkdown;
    };
    executed: number;
  }
}

const passage = `# Opened goods

_Note_ that you have **30 days**. **Then** it is \`late\`. See [the rules](https://help.example/rules). Or https://help.example/a
Ask a@b.example.

1. Open **Orders**. Tap *Return*
   - [x] In \`Sweden\`
   * Elsewhere
2) Wait

> Keep the box. It helps.

| Country | Days |
|---|--:|
| Sweden | 4-5 |
| Norway | **6** |

\`\`\`bash
answerdesk reset --yes
echo "a comment"
\`\`\`
`;

const citations = [{ number: 1, documentId: 'd', chunkId: 'c', title: 'Returns "x"', quote: 'Thirty days.' }];

/** The module as a script for a page that has no CSP at all: what is safe here is safe without its help. */
async function bundle(): Promise<string> {
  const id = 'virtual-entry';
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'entry',
        resolveId: (source) => (source === id ? `\0${id}` : undefined),
        load: (source) =>
          source === `\0${id}`
            ? `import { renderMarkdown } from '${join(import.meta.dirname, 'safe-markdown.ts')}';
               import { renderQuote } from '${join(import.meta.dirname, 'quote-view.ts')}';
               import { settlePartialMarkdown } from '${join(import.meta.dirname, 'partial-markdown.ts')}';
               window.widget = { renderMarkdown, renderQuote, settlePartialMarkdown };`
            : undefined,
      },
    ],
    build: { write: false, minify: false, rolldownOptions: { input: id, output: { format: 'iife' } } },
  });
  const output = Array.isArray(result) ? result[0] : result;
  if (!output || !('output' in output)) throw new Error('nothing was built');
  return output.output[0].code;
}

describeInBrowser('renderMarkdown in a browser', () => {
  let browser: Browser;
  let page: Page;
  const foreign: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    page = await browser.newPage();
    await page.route('**', (route) => {
      if (new URL(route.request().url()).hostname === 'host.example') {
        return route.fulfill({
          contentType: 'text/html',
          body: '<!doctype html><title>x</title><div id=host></div>',
        });
      }
      foreign.push(route.request().url());
      return route.abort();
    });
    await page.goto('https://host.example/');
    await page.evaluate(() => {
      window.executed = 0;
      Object.assign(window, {
        pwn: () => {
          window.executed += 1;
        },
      });
      document.querySelector('#host')?.attachShadow({ mode: 'open' });
    });
    await page.addScriptTag({ content: await bundle() });
  });

  afterAll(() => browser?.close());

  const html = (markdown: string) =>
    page.evaluate(
      ([text, cited]) => {
        const target = document.createElement('div');
        target.append(window.widget.renderMarkdown(text, cited, 'Source'));
        return target.innerHTML;
      },
      [markdown, citations] as const,
    );

  it(`runs nothing and asks no other host for ${hostileMarkdown.length} hostile texts, cut at every offset`, async () => {
    expect(hostileMarkdown.length).toBeGreaterThanOrEqual(300);
    const report = await page.evaluate(
      async ([payloads, cited]) => {
        const root = document.querySelector('#host')?.shadowRoot as ShadowRoot;
        const allowedTags = new Set(
          'DIV P BR STRONG EM DEL CODE PRE BLOCKQUOTE HR UL OL LI A H3 TABLE THEAD TBODY TR TH TD BUTTON'.split(
            ' ',
          ),
        );
        const allowedAttributes: Record<string, string> = {
          A: 'href target rel',
          OL: 'start',
          PRE: 'tabindex data-language',
          TH: 'align',
          TD: 'align',
          DIV: 'class tabindex',
          BUTTON: 'type class data-citation aria-label',
        };
        const problems: string[] = [];
        let renders = 0;
        const show = (text: string) => {
          renders += 1;
          const target = document.createElement('section');
          target.append(window.widget.renderMarkdown(text, cited, 'Source'));
          root.replaceChildren(target);
          for (const node of target.querySelectorAll('*')) {
            if (!allowedTags.has(node.tagName)) problems.push(`${node.tagName} from ${text}`);
            for (const { name, value } of node.attributes) {
              const fine = allowedAttributes[node.tagName]?.split(' ').includes(name);
              const ours = name !== 'class' || ['cite', 'table'].includes(value);
              const address = name !== 'href' || /^(https?:\/\/|mailto:)/i.test(value);
              if (!fine || !ours || !address) problems.push(`${name}="${value}" from ${text}`);
            }
            if (node instanceof HTMLAnchorElement) {
              if (node.target !== '_blank' || !node.relList.contains('noopener'))
                problems.push(`link of ${text}`);
              if (!/^(https?|mailto):$/.test(node.protocol)) problems.push(`${node.protocol} from ${text}`);
            }
            for (const type of ['click', 'mouseover', 'focus', 'error', 'load']) {
              if (!(node instanceof HTMLAnchorElement)) node.dispatchEvent(new Event(type));
            }
          }
        };
        for (const payload of payloads) {
          for (let end = 1; end < payload.length; end += 1) {
            show(window.widget.settlePartialMarkdown(payload.slice(0, end)));
          }
          show(payload);
          show(`Some **text** before.\n\n- ${payload}\n\nAnd after [1].`);
        }
        await new Promise((resolve) => setTimeout(resolve, 300));
        return { problems, renders, executed: window.executed };
      },
      [hostileMarkdown, citations] as const,
    );
    expect(report.problems).toEqual([]);
    expect(report.executed).toBe(0);
    expect(foreign).toEqual([]);
    expect(report.renders).toBeGreaterThan(10_000);
  });

  it('would notice an execution and a request', async () => {
    const before = foreign.length;
    await page.evaluate(() => {
      document.body.insertAdjacentHTML(
        'beforeend',
        '<img src="https://leak.example/canary" onerror="pwn()">',
      );
    });
    await expect.poll(() => page.evaluate(() => window.executed)).toBe(1);
    expect(foreign.length).toBe(before + 1);
  });

  it('draws what help articles use', async () => {
    expect(await html('**Bold** and *soft* `code`\n\n1. one\n2. two')).toBe(
      '<p><strong>Bold</strong> and <em>soft</em> <code>code</code></p>\n<ol>\n<li>one</li>\n<li>two</li>\n</ol>\n',
    );
    expect(await html('| a |\n|---|\n| b |')).toContain('<div class="table" tabindex="0"><table>');
    expect(await html('# Title')).toBe('<h3>Title</h3>');
    expect(await html('#### Title')).toBe('<h3>Title</h3>');
    expect(await html('| a |\n|--:|\n| 1 |')).toContain('<th align="right">');
    expect(await html('7. seven\n8. eight')).toContain('<ol start="7">');
    expect(await html('- [x] done\n- [ ] open')).toContain('<li>☑ done</li>\n<li>☐ open</li>');
    expect(await html('```c++ title="x"\na < b\n```')).toBe(
      '<pre data-language="c++" tabindex="0"><code>a &lt; b\n</code></pre>\n',
    );
    expect(await html('```"><b>\nx\n```')).toContain('<pre tabindex="0">');
    expect(await html('one<br>two')).toContain('one<br>two');
  });

  it('draws a passage as it is, whichever of its sentences are marked', async () => {
    const quotes = [
      passage,
      ...hostileMarkdown.filter((text) => text.length < 500).map((text) => `Before. ${text}\n\nAfter that.`),
    ];
    const cases = quotes.flatMap((quote) => {
      const sentences = splitSentences(quote);
      return [sentences, ...sentences.map((sentence) => [sentence])].map((used) => ({ quote, used }));
    });
    const wrong = await page.evaluate((marked) => {
      const draw = (nodes: Node) => {
        const target = document.createElement('div');
        target.append(nodes);
        return target;
      };
      return marked.flatMap(({ quote, used }) => {
        const plain = draw(window.widget.renderQuote({ quote }).nodes).innerHTML;
        const drawn = draw(window.widget.renderQuote({ quote, used }).nodes);
        const marks = [...drawn.querySelectorAll('mark')];
        for (const mark of marks) mark.replaceWith(...mark.childNodes);
        return drawn.innerHTML === plain ? [] : [{ quote, used, drawn: drawn.innerHTML, plain }];
      });
    }, cases);
    expect(wrong).toEqual([]);
    const unmarked = await page.evaluate((all) => {
      const { nodes } = window.widget.renderQuote(all);
      for (const mark of nodes.querySelectorAll('mark')) mark.remove();
      return nodes.textContent?.replace(/\s/g, '');
    }, cases[0]!);
    expect(unmarked).toBe('☑');
  });

  it('opens links in a new tab that learns nothing of this one, and drops addresses of the page itself', async () => {
    expect(await html('[Reset](https://help.example/reset)')).toBe(
      '<p><a href="https://help.example/reset" target="_blank" rel="noopener noreferrer nofollow">Reset</a></p>\n',
    );
    expect(await html('[Returns](/returns) and [mail](mailto:a@b.example)')).toContain(
      '<p>Returns and <a href="mailto:',
    );
  });

  it('shows HTML and images as the text they are', async () => {
    expect(await html('Use <b>this</b> tag')).toBe('<p>Use &lt;b&gt;this&lt;/b&gt; tag</p>\n');
    expect(await html('![a dial](https://leak.example/x.png)')).toBe('<p>a dial</p>\n');
  });

  it('turns marks into buttons where there is such a source, and only there', async () => {
    const drawn = await html('Thirty days [1], not [7]. `[1]` [1](https://ok.example)');
    expect(drawn.match(/<button/g)).toHaveLength(1);
    expect(drawn).toContain('aria-label="Source 1: Returns &quot;x&quot;">1</button>, not [7].');
    const defined = await html('[1]: https://elsewhere.example/x "t"\n\nSee [1].');
    expect(defined).toContain('See <button');
  });
});
