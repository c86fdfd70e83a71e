import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseHtmlText } from '#parse/html-text.ts';
import { createTemporaryFolder, readItems, type TemporaryFolder } from '../testing/source-folder.ts';

let root: TemporaryFolder;
let run = 0;
beforeAll(async () => {
  root = await createTemporaryFolder();
});
afterAll(() => root[Symbol.asyncDispose]());
const read = async (content: string) => {
  run += 1;
  return readItems([await root.write(`${run}/site.xml`, content)]);
};

const entry = ({
  type = 'post',
  status = 'publish',
  password = '',
  body = 'Tie both ropes.',
  id = '7',
} = {}) =>
  `<item><title><![CDATA[Moor &amp; tie]]></title><link>https://x.example/moor?a=1&amp;b=2</link><content:encoded><![CDATA[${body}]]></content:encoded><excerpt:encoded><![CDATA[]]></excerpt:encoded><wp:post_id>${id}</wp:post_id><wp:post_date_gmt><![CDATA[2024-05-01 10:00:00]]></wp:post_date_gmt><wp:post_modified_gmt><![CDATA[2025-02-03 11:00:00]]></wp:post_modified_gmt><wp:status><![CDATA[${status}]]></wp:status><wp:post_type><![CDATA[${type}]]></wp:post_type><wp:post_password><![CDATA[${password}]]></wp:post_password><category domain="category" nicename="a"><![CDATA[A]]></category></item>`;
const site = (...entries: string[]) =>
  `<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Harbour</title><language>en-GB</language><wp:wxr_version>1.2</wp:wxr_version>${entries.join('\n')}</channel></rss>`;
const bodyOf = async (body: string) => {
  const [item] = await read(site(entry({ body })));
  return parseHtmlText((item as { body: string }).body).text;
};

describe('an export of WordPress', () => {
  it('gives its posts and pages, and the articles of plug-ins, as articles', async () => {
    const items = await read(
      site(
        entry(),
        entry({ id: '8', type: 'page' }),
        entry({ id: '9', type: 'epkb_post_type_1' }),
        entry({ id: '10', type: 'nav_menu_item' }),
      ),
    );
    expect(items).toHaveLength(3);
    expect(items[0]).toEqual({
      type: 'article',
      id: 'site.xml#7',
      title: 'Moor &amp; tie',
      body: 'Tie both ropes.',
      format: 'html',
      audience: 'customer',
      url: 'https://x.example/moor?a=1&b=2',
      updated: '2025-02-03T11:00:00Z',
      language: 'en-GB',
      origin: { file: 'site.xml', line: 1 },
    });
  });

  it.each(['draft', 'pending', 'private', 'future', 'reviewed', ''])(
    'keeps what is "%s" for agents',
    async (status) => {
      expect(await read(site(entry({ status })))).toMatchObject([{ audience: 'internal' }]);
    },
  );

  it('keeps what has a password for agents, and leaves out the bin and what is no article', async () => {
    expect(await read(site(entry({ password: 'rope' })))).toMatchObject([{ audience: 'internal' }]);
    expect(
      await read(
        site(entry({ status: 'trash' }), entry({ type: 'shop_order' }), entry({ type: 'shop_order' })),
      ),
    ).toEqual([
      {
        type: 'problem',
        origin: { file: 'site.xml' },
        reason: '2 entries of types that are no articles were left out',
      },
    ]);
  });

  it('reads blocks, shortcodes, and text whose paragraphs are blank lines', async () => {
    expect(
      await bodyOf(
        '<!-- wp:paragraph --><p>One.</p><!-- /wp:paragraph --><!-- wp:list --><ul><li>Two</li></ul><!-- /wp:list -->',
      ),
    ).toBe('One.\n\n- Two');
    expect(await bodyOf('First\nline.\n\nPress [Enter].\n<pre>a\n\nb</pre>')).toBe(
      'First\nline.\n\nPress [Enter].\n\n```\na\n\nb\n```',
    );
    expect(
      await bodyOf(
        '[tabs][tab title="Mac"]Press one.[/tab][tab title="PC"]Press two.[/tab][/tabs][gallery ids="1,2"][caption id="a"]<img alt="A lock"> The lock[/caption]',
      ),
    ).toBe('## Mac\n\nPress one.\n\n## PC\n\nPress two.\n\nA lock The lock');
    expect(await bodyOf('[et_pb_toggle title="How deep?" open="on"]Three metres.[/et_pb_toggle]')).toBe(
      '## How deep?\n\nThree metres.',
    );
    expect(await bodyOf('It ends with </item> and goes on.')).toBe('It ends with and goes on.');
  });

  it('says what is wrong, and reads the rest', async () => {
    const reasons = async (xml: string) =>
      (await read(xml)).map((item) => (item.type === 'problem' ? item.reason : item.type));
    expect(await reasons('<urlset><url/></urlset>')).toEqual([
      'XML that is no export of WordPress: give the articles as HTML or Markdown',
    ]);
    expect(await reasons(site())).toEqual(['no entries: export posts and pages again, under Tools, Export']);
    expect(await reasons(site(entry(), entry()).slice(0, -400))).toEqual([
      'article',
      'the file ends inside an entry: it was cut off',
    ]);
    expect(await reasons(site(entry({ body: '' }), entry()))).toEqual(['no text', 'article']);
    expect(await reasons('')).toHaveLength(1);
  });

  it('does not expand entities', async () => {
    const bomb = site(entry())
      .replace('<rss', '<!DOCTYPE x [<!ENTITY a "lots"><!ENTITY b "&a;&a;">]><rss')
      .replace('Tie both', '&b;&b; Tie');
    expect(await read(bomb)).toMatchObject([{ type: 'article', body: '&b;&b; Tie ropes.' }]);
  });

  it('reads whatever is left of a damaged export without failing', async () => {
    const whole = site(entry(), entry({ id: '8' }), entry({ id: '9' }));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length),
        fc.nat(300),
        fc.constantFrom('', '<', ']]>', '<![CDATA[', '</item>', '&#x;'),
        async (at, length, put) => {
          expect((await read(whole.slice(0, at) + put + whole.slice(at + length))).length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
