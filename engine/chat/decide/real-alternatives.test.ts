import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '#core/conversation.ts';
import type { Chunk, RetrievalEvidence, ScoredChunk } from '#core/document.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { realAlternatives } from './real-alternatives.ts';

const good = { cosine: 0.8, coverage: 0.9 };
let texts = 0;

/** Each says something of its own. */
function passage(chunk: Partial<Chunk>, evidence: RetrievalEvidence = good, score = 1): ScoredChunk {
  texts += 1;
  const text = `step${texts} alpha${texts} beta${texts}`;
  return scored(makeChunk({ documentId: chunk.title ?? 'guide', text, ...chunk }), evidence, score);
}

const article = (title: string, evidence?: RetrievalEvidence, score?: number) =>
  passage({ title }, evidence, score);
const section = (...headingPath: string[]) => passage({ documentId: 'guide', title: 'Guide', headingPath });

const ask = (question: string, passages: readonly ScoredChunk[], history: readonly Message[] = []) =>
  realAlternatives({ question, history }, passages).map(({ title }) => title);

const customer = (text: string): Message => ({ id: 'a', author: 'customer', text, createdAt: '' });
const bot = (text: string): Message => ({ id: 'b', author: 'bot', text, createdAt: '', decision: 'answer' });

describe('what may be meant', () => {
  const kettles = [article('Clean a Kettle 2'), article('Clean a Kettle 1', good, 0.9)];

  it('is named by what differs between articles that answer the same', () => {
    expect(ask('how do I clean my kettle?', kettles)).toEqual(['Kettle 1', 'Kettle 2']);
    expect(
      ask('Can I cancel my membership?', [
        article('Cancel your membership: monthly plan'),
        article('Cancel your membership: yearly plan'),
      ]),
    ).toEqual(['monthly plan', 'yearly plan']);
  });

  it('is told in any language with spaces', () => {
    const german = [
      article('Filter wechseln bei der Kaffeemaschine'),
      article('Filter wechseln beim Wasserkocher'),
    ];
    expect(ask('Filter wechseln?', german)).toEqual(['bei der Kaffeemaschine', 'beim Wasserkocher']);
  });

  it('is a section where one article has one for each case', () => {
    const sections = [
      section('If the pump stops during rinsing'),
      section('If the pump stops while heating'),
    ];
    expect(realAlternatives({ question: 'the pump stops', history: [] }, sections)).toEqual([
      { documentId: 'guide', title: 'during rinsing', section: 'If the pump stops during rinsing' },
      { documentId: 'guide', title: 'while heating', section: 'If the pump stops while heating' },
    ]);
  });

  it('is a section, too, where the title says what is asked and the headings only the case', () => {
    const inGuide = (heading: string) =>
      passage({ documentId: 'g', title: 'Export your recipes', headingPath: [heading] });
    expect(ask('export my recipes please', [inGuide('Tablet'), inGuide('Laptop')])).toEqual([
      'Laptop',
      'Tablet',
    ]);
  });

  it('is an article by its title, too, where one of its headings has more words of the question', () => {
    const found = [
      passage({ title: 'Set up kettle descaling', headingPath: ['Set up descaling early'] }),
      passage({ title: 'Set up toaster descaling' }),
    ];
    expect(ask('how do I set up descaling early', found)).toEqual(['kettle descaling', 'toaster descaling']);
  });

  it('is nothing where a follow-up names the subject, and the question before it says what is asked of it', () => {
    const found = [article('Toaster at a glance'), article('Toaster in the shop')];
    const history = [customer('what do spare parts cost for the kettle?'), bot('Nothing.')];
    expect(ask('what about the toaster', found)).toHaveLength(2);
    expect(ask('what about the toaster', found, history)).toEqual([]);
  });

  it('is any of the articles that fit as well, where the question says next to nothing', () => {
    const several = [
      article('Descaling'),
      article('Warranty terms'),
      article('Milk frother'),
      article('Sieve'),
    ];
    expect(ask('how long does it take?', several)).toEqual(['Descaling', 'Milk frother', 'Warranty terms']);
  });
});

describe('where each system has an article or a section of its own', () => {
  const inFolder = (documentId: string, title: string, ...headingPath: string[]) =>
    passage({ documentId, title, headingPath });
  const mac = inFolder('desk-for-mac/removal.md', 'Removal');
  const windows = inFolder('desk-for-windows/removal.md', 'Removal');
  const ios = inFolder('mobile.md', 'Mobile', 'Removal on an iPhone');

  it('the system is asked for', () => {
    expect(
      realAlternatives({ question: 'How do I uninstall it?', history: [] }, [windows, mac, ios]),
    ).toEqual([
      { documentId: 'desk-for-windows/removal.md', title: 'Windows' },
      { documentId: 'desk-for-mac/removal.md', title: 'Mac' },
      { documentId: 'mobile.md', title: 'iPhone, iPad', section: 'Removal on an iPhone' },
    ]);
    expect(ask('remove it from my computer', [windows, ios, mac])).toEqual(['Windows', 'Mac']);
  });

  it('it is not asked for again, nor where the best is for all', () => {
    expect(ask('How do I uninstall it on my Mac?', [windows, mac])).toEqual([]);
    expect(ask('How do I uninstall it?', [windows, mac], [customer('I have a MacBook.')])).toEqual([]);
    expect(
      ask('Where do my settings stay after the removal?', [passage({ title: 'Leaving' }), windows, mac]),
    ).toEqual([]);
  });
});

it('articles of one name are told apart by their folders, unless one was named', () => {
  const upgrade = (folder: string) =>
    passage({ documentId: `docs/${folder}/upgrade.md`, title: 'Upgrade the server' });
  const both = [upgrade('data-importer'), upgrade('main_app')];
  expect(ask('How do I upgrade the server?', both)).toEqual(['Data importer', 'Main app']);
  expect(ask('How do I upgrade the server of the importer?', both)).toEqual([]);
});

describe('nothing has to be asked', () => {
  const kettles = [article('Clean a Kettle 1'), article('Clean a Kettle 2')];

  it('where the question or the conversation names one of them', () => {
    expect(ask('how do I clean my kettle 2?', kettles)).toEqual([]);
    // However far behind it is, the other two are not what is asked about.
    const three = [
      article('Clean a Kettle 1'),
      article('Clean a Kettle 3'),
      article('Clean a Kettle 2', good, 0.1),
    ];
    expect(ask('how do I clean my kettle 2?', three)).toEqual([]);
    const history = [customer('Is the Kettle 2 made of glass?'), bot('Yes.')];
    expect(ask('how do I clean my kettle?', kettles, history)).toEqual([]);
  });

  it('where one fits better: by score, meaning, words, or to a reranker that has read both', () => {
    const first = article('Clean a Kettle 1', { ...good, rerank: 4 });
    const others: [RetrievalEvidence, number][] = [
      [good, 0.4],
      [{ ...good, cosine: 0.6 }, 1],
      [{ ...good, coverage: 0.5 }, 1],
      [{ ...good, rerank: 0 }, 1],
    ];
    for (const [evidence, score] of others)
      expect(ask('how do I clean my kettle?', [first, article('Clean a Kettle 2', evidence, score)])).toEqual(
        [],
      );
  });

  it('where they say the same', () => {
    const text = 'Fill it with vinegar, boil, rinse twice.';
    const twins = ['Clean a Kettle 1', 'Clean a Kettle 2'].map((title) => passage({ title, text }));
    expect(ask('how do I clean my kettle?', twins)).toEqual([]);
  });

  it('beside the general article, where the question is about more than the titles share, or nothing has its words', () => {
    expect(
      ask('how do I clean my kettle?', [article('Clean a kettle'), article('Clean a kettle 2')]),
    ).toEqual([]);
    expect(ask('which colours and sizes does the kettle come in?', kettles)).toEqual([]);
    const elsewhere = { cosine: 0.8, coverage: 0 };
    expect(ask('tell jokes', [article('Descaling', elsewhere), article('Sieve', elsewhere)])).toEqual([]);
    expect(ask('hello?', [])).toEqual([]);
  });

  it('of past conversations, which nobody can pick', () => {
    const past = (title: string) => passage({ title, kind: 'transcript' });
    expect(ask('how do I clean my kettle?', [past('Clean a Kettle 1'), past('Clean a Kettle 2')])).toEqual(
      [],
    );
  });

  it('whatever the titles, once the question repeats one of them', () => {
    const title = fc.array(fc.constantFrom('pump', 'filter', 'kettle', 'clean', 'reset', '1', '2'), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.array(title, { maxLength: 6 }), fc.nat(5), (words, at) => {
        const titles = words.map((some) => some.join(' '));
        const passages = titles.map((one, index) => passage({ documentId: `d${index}`, title: one }));
        const all = ask('how does it work?', passages);
        expect(all.length).not.toBe(1);
        expect(all.length).toBeLessThanOrEqual(3);
        expect(new Set(all).size).toBe(all.length);
        const named = titles[at];
        if (named !== undefined)
          for (const picked of realAlternatives({ question: named, history: [] }, passages))
            expect(picked.documentId).not.toBe(`d${at}`);
      }),
    );
  });
});
