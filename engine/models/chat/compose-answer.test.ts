import { describe, expect, it } from 'vitest';
import type { Chunk, ScoredChunk } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { createHashingEmbedder } from '../testing/hashing-embedder.ts';
import { composeAnswer } from './compose-answer.ts';
import { createExtractiveChatModel } from './extractive-chat-model.ts';
import type { ExtractiveModels } from './score-units.ts';

const embedder = createHashingEmbedder();

function passage(
  text: string,
  { score = 1, ...chunk }: Partial<Chunk> & { score?: number } = {},
): ScoredChunk {
  return { score, evidence: {}, chunk: makeChunk({ title: 'Reset the thermostat', text, ...chunk }) };
}
const compose = async (query: string, ...passages: ScoredChunk[]) =>
  (await composeAnswer({ query, passages }, { embedder })).join('');

describe('the extractive answer', () => {
  it('quotes the sentence that answers and cites its passage', async () => {
    const text = await compose(
      'how do I reset the thermostat',
      passage('Our office is closed on Sundays. Colours may differ from the picture.', {
        documentId: 'office',
        score: 0.4,
      }),
      passage('To reset the thermostat, hold the dial for 20 seconds.', { score: 1 }),
    );
    expect(text).toMatch(/^To reset the thermostat, hold the dial for 20 seconds\. \[2\]/);
    expect(text).not.toContain('Colours');
  });

  describe('of a question that was written for the passage', () => {
    const text =
      'The thermostat has a dial. Reset the thermostat on odd days. It glows at night. Hold it down for a minute.\n\nSpare dials are sold in shops.\n\n- Red ones.\n- Blue ones.\n\nThen wait for the click.';
    const written = (cosine: number, ...words: string[]) => ({
      ...passage(`${text}${' Nothing else is known of it.'.repeat(30)}`),
      answers: [
        {
          question: 'How do I reset it?',
          cosine,
          ranges: words.map((part) => ({ start: text.indexOf(part), end: text.indexOf(part) + part.length })),
        },
      ],
    });
    const asked = (found: ScoredChunk) => compose('how do I reset the thermostat', found);

    it('is what was said to answer it, and no more', async () => {
      expect(await asked(written(0.9, 'Hold it down for a minute.', 'Then wait for the click.'))).toBe(
        'Hold it down for a minute.\n\nThen wait for the click. [1]',
      );
      expect(await asked(written(0.9, 'Blue ones.', 'Hold it down for a minute.'))).toBe(
        'Hold it down for a minute.\n\nSpare dials are sold in shops.\n\nBlue ones. [1]',
      );
    });

    it('is one step of several where no question that is nearly as near asks for the others', async () => {
      const steps = '1. Take the dial off.\n2. Send it in within 14 days.\n3. Wait for the new dial.';
      const found = passage(steps);
      const to = (cosine: number, part: string) => ({
        question: 'How long?',
        cosine,
        ranges: [{ start: steps.indexOf(part), end: steps.indexOf(part) + part.length }],
      });
      const step = to(0.9, 'Send it in within 14 days.');
      const all = { ...to(0.85, steps), question: 'How do I change the dial?' };
      const given = (...answers: (typeof step)[]) =>
        compose('until when can I send in the thermostat dial', { ...found, answers });
      expect(await given(step)).toBe('2. Send it in within 14 days. [1]');
      expect(await given(step, all)).toBe(`${steps} [1]`);
    });

    it('counts less, the less it is what was asked', async () => {
      expect(await asked(written(0.1, 'It glows at night.'))).toMatch(/^The thermostat has a dial. Reset/);
    });
  });

  it('gives steps whole and in order, with the line that leads into them', async () => {
    const text = await compose(
      'how do I reset the thermostat with the dial',
      passage(
        'Some weather is cold.\n\nTo reset:\n\n1. Open the menu.\n2. Hold the dial to reset the thermostat.\n3. Wait for the click.',
      ),
    );
    expect(text).toBe(
      'Some weather is cold.\n\nTo reset:\n1. Open the menu.\n2. Hold the dial to reset the thermostat.\n3. Wait for the click. [1]',
    );
  });

  it.each([
    'This article describes how to reset the thermostat.',
    'In diesem Artikel zeigen wir: reset the thermostat.',
    'Cet article explique comment reset the thermostat.',
  ])('does not take what only says what the article is about for its answer: %s', async (talk) => {
    const text = await compose(
      'how do I reset the thermostat',
      passage(`## About\n\n${talk}\n\n## Steps\n\nTo reset the thermostat, hold its dial of glass.`),
    );
    expect(text).toMatch(/^To reset the thermostat, hold/);
  });

  it('says which question a “No” of the article answers, where it was not much the same one that was asked', async () => {
    const asked = (query: string) =>
      compose(
        query,
        passage('## Can I reset a locked thermostat?\n\nNo. A locked thermostat keeps its dial.'),
      );
    expect(await asked('my dial is gone')).toMatch(
      /^\*\*Can I reset a locked thermostat\?\*\* No\. A locked/,
    );
    expect(await asked('is there a way to reset my locked thermostat')).toMatch(/^No\. A locked/);
  });

  it('keeps the order of the article where little stands before the answer', async () => {
    const text = await compose(
      'how do I reset the thermostat',
      passage('The dial is made of glass. To reset the thermostat, hold its dial.\n\nIt clicks.'),
    );
    expect(text).toBe('The dial is made of glass. To reset the thermostat, hold its dial.\n\nIt clicks. [1]');
  });

  it('opens with the sentence that answers where much stands before it', async () => {
    const around =
      'Glass keeps its colour in the sun and does not bend, which is why our dials are made of it. ';
    const text = await compose(
      'how do I reset the thermostat',
      passage(`${around.repeat(2)}To reset the thermostat, hold its dial.\n\nIt clicks.`),
    );
    expect(text).toMatch(/^To reset the thermostat, hold its dial\./);
  });

  it('opens with the yes or no that stands just before the sentence that answers', async () => {
    const text = await compose(
      'can two people share one thermostat account',
      passage(
        'Sorry to say so.\n\nNo. Accounts are personal. Two people cannot share one thermostat account.',
      ),
    );
    expect(text).toMatch(/^No\. Accounts are personal\. Two people cannot share one thermostat account\./);
  });

  it('shows no picture’s place, no bare name of a box and no line that leads to nothing', async () => {
    const text = await compose(
      'how do I reset the thermostat',
      passage(
        'To reset the thermostat, hold its dial.\n\n[image: the dial]\n\ninfo\n\n**Reset of the hub**\n\nIt then looks like this:',
      ),
    );
    expect(text).toBe('To reset the thermostat, hold its dial. [1]');
  });

  it('prefers the sentence that holds the amount that was asked for', async () => {
    const text = await compose(
      'how many radiators can the thermostat control',
      passage(
        'The thermostat can control the radiators of a house, and how many is up to you and your plan.\n\nIt controls 32 radiators at most.',
        { score: 1 },
      ),
    );
    expect(text).toContain('32 radiators');
  });

  it('shows the row that answers best beside the one that the question seems to name', async () => {
    const rows = '- Yearly — Sent: in January\n- Every half year — Sent: in June for the half-yearly bill';
    const [first, second] = rows.split('\n').map((row) => row.length);
    const blocks = `r1:0-${first} r1:${first! + 1}-${first! + 1 + second!}`;
    expect(await compose('when is the half yearly bill sent', passage(rows, { blocks }))).toContain('June');
  });

  it('says nothing that is not in a passage, word for word', async () => {
    const texts = [
      'The warranty lasts five years. It covers the thermostat and the bridge.\n\n- Receiver — UK: £60\n- Valve — UK: £4',
      'Returns are free within 30 days. This also covers gifts. Write to us first.',
    ];
    const answer = await compose(
      'how long is the warranty on the bridge',
      ...texts.map((text, index) => passage(text, { documentId: `d${index}` })),
    );
    const quoted = answer
      .replace(/ \[\d\]/g, '')
      .split(/\n+|(?<=\.) /)
      .map((part) => part.trim())
      .filter(Boolean);
    for (const part of quoted) expect(texts.some((text) => text.includes(part))).toBe(true);
  });

  it('prefers an article to a past conversation that says about the same, and never mixes the two', async () => {
    const text = await compose(
      'how long is the warranty on the bridge',
      passage('Your warranty on the bridge is fine until May.', {
        documentId: 'c-1',
        kind: 'transcript',
      }),
      passage('The warranty on the bridge is two years.', { documentId: 'warranty' }),
    );
    expect(text).toBe('The warranty on the bridge is two years. [2]');
  });

  it('gives a short section whole, and opens a long one with the sentence that answers', async () => {
    const filler = Array.from(
      { length: 12 },
      (_, n) => `Line ${n} tells of colours, parcels and the weather.`,
    ).join(' ');
    expect(await compose('how do I reset', passage('Press Reset. Wait a minute. It clicks.'))).toBe(
      'Press Reset. Wait a minute. It clicks. [1]',
    );
    const long = await compose(
      'how do I reset the dial',
      passage(`${filler} To reset the dial, hold it. ${filler}`),
    );
    expect(long).toMatch(/^To reset the dial, hold it\./);
    expect(long.split(/\s+/).length).toBeLessThan(115);
  });

  it('says a single row as a list of its columns, and leaves out cells that say nothing', async () => {
    const rows =
      '- Norway — Standard: 3 days; Cost: €6; Free from: €90; Express: next day\n- Sweden — Standard: 4–5; Cost: €7.95; Free from: €100; Express: –';
    const [first, second] = rows.split('\n').map((row) => row.length);
    const blocks = `r1:0-${first} r1:${first! + 1}-${first! + 1 + second!}`;
    expect(await compose('what does shipping to Sweden cost', passage(rows, { blocks }))).toBe(
      'Sweden:\n- Standard: 4–5\n- Cost: €7.95\n- Free from: €100 [1]',
    );
  });

  it('adds what another article says where it is nearly as likely to answer, both under their titles, but not where the question names one of two siblings', async () => {
    const read = (text: string, title: string) => {
      const found = passage(text, { documentId: title, title });
      return {
        ...found,
        evidence: { ...found.evidence, rerank: 5 },
        reading: [{ start: 0, end: text.length, belongs: 1 }],
      };
    };
    const answer = async (title: string, query = 'how do I reset the thermostat') =>
      (
        await composeAnswer(
          {
            query,
            passages: [
              read('Hold the dial to reset the thermostat.', 'Reset the Thermostat 1'),
              read('To reset the thermostat, hold its dial once more.', title),
            ],
          },
          { embedder },
          { trust: { sentenceWeight: 8 } },
        )
      ).join('');
    for (const title of ['First steps with your thermostat', 'Reset the Thermostat 2'])
      expect(await answer(title)).toBe(
        `**Reset the Thermostat 1**: Hold the dial to reset the thermostat. [1]\n\n**${title}**: To reset the thermostat, hold its dial once more. [2]`,
      );
    expect(await answer('Reset the Thermostat 1')).not.toContain('**');
    expect(await answer('Reset the Thermostat 2', 'how do I reset the thermostat 1')).toBe(
      'Hold the dial to reset the thermostat. [1]',
    );
  });

  it('says once what two passages of an article hold', async () => {
    const text = 'To change the belt:\n\n1. Lift the lid.\n2. Pull the belt off.';
    const read = (start: number) => ({
      ...passage(text, { documentId: 'belt', title: 'Change the belt', start, end: start + text.length }),
      evidence: { rerank: 5 },
      reading: [{ start: 0, end: text.length, belongs: 1 }],
    });
    const grounding = { query: 'how do I change the belt', passages: [read(0), read(400)] };
    const answer = await composeAnswer(grounding, { embedder }, { trust: { sentenceWeight: 8 } });
    expect(answer.join('')).toBe('To change the belt:\n1. Lift the lid.\n2. Pull the belt off. [1]');
  });

  it.each([
    ['can I appeal a paid fine', 'Write to the court within 14 days. [2]'],
    ['can I appeal an unpaid fine', 'Appeal at the counter: you can appeal a fine. [1]'],
  ])('does not answer from the article about the opposite: %s', async (query, answer) => {
    const unpaid = passage('Appeal at the counter: you can appeal a fine.', {
      documentId: 'u',
      title: 'Appeal an unpaid fine',
    });
    const paid = passage('Write to the court within 14 days.', {
      documentId: 'p',
      title: 'Appeal a paid fine',
      score: 0.8,
    });
    expect(await compose(query, unpaid, paid)).toBe(answer);
  });

  it('leaves the years of another article out of what holds now', async () => {
    const read = (text: string, documentId: string) => ({
      ...passage(text, { documentId, title: documentId }),
      evidence: { rerank: 5 },
      reading: [{ start: 0, end: text.length, belongs: 1 }],
    });
    const answer = async (query: string) => {
      const passages = [
        read('A seat in the rowing boat costs 12 euros.', 'Seats'),
        read('A seat in the rowing boat went up to 9 euros in 2019.', 'Changes'),
      ];
      const pieces = await composeAnswer({ query, passages }, { embedder }, { trust: { sentenceWeight: 8 } });
      return pieces.join('');
    };
    expect(await answer('What does a seat in the rowing boat cost?')).toContain('2019');
    const now = await answer('What does a seat in the rowing boat cost now?');
    expect(now).toContain('12 euros');
    expect(now).not.toContain('2019');
    expect(await answer('What did a seat in the rowing boat cost in 2019, and now?')).toContain('2019');
  });

  it('answers a follow-up from what its own words name, not those of the turns before it', async () => {
    const unopened = passage('Send it back within 60 days.', {
      documentId: 'u',
      title: 'Return an unopened valve',
    });
    const opened = passage('Send it back within 30 days.', {
      documentId: 'o',
      title: 'Return an opened valve',
    });
    const question = 'and if it was opened?';
    const query = `how long can i return an unopened valve\n${question}`;
    const text = await composeAnswer({ query, question, passages: [unopened, opened] }, { embedder });
    expect(text.join('')).toMatch(/^Send it back within 30 days\./);
  });

  it('answers from one article, however well others fit', async () => {
    const text = await compose(
      'how do I reset the thermostat',
      passage('Hold the dial to reset the thermostat.', { documentId: 'a' }),
      passage('You reset the thermostat with a clip.', { documentId: 'b', score: 0.5 }),
    );
    expect(text).toBe('Hold the dial to reset the thermostat. [1]');
  });

  it('gives the row and the item that the question names, and no other', async () => {
    const zones = '- Zone D6 — Time: 6 days; Price: 6 euros\n- Zone D7 — Time: 7 days; Price: 7 euros';
    const blocks = 'r1:0-40 r1:41-81';
    expect(await compose('what does Zone D7 cost', passage(zones, { blocks }))).toBe(
      'Zone D7 — Time: 7 days; Price: 7 euros [1]',
    );
    expect(
      await compose(
        'where is it on android',
        passage('Where it is:\n- iPhone: in Settings.\n- Android: in the drawer.'),
      ),
    ).toBe('Where it is:\n- Android: in the drawer. [1]');
  });

  it('shows several rows as a table with its head', async () => {
    const plans = '- Price — Solo: 11; Team: 29\n- Guests — Solo: no; Team: yes';
    expect(await compose('solo or team', passage(plans, { blocks: 'r1:0-28 r1:29-60' }))).toContain(
      '|  | Solo | Team |\n| --- | --- | --- |\n| Price | 11 | 29 |\n| Guests | no | yes |',
    );
  });

  it('keeps code in fences and inner lists at their depth', async () => {
    const text = 'Run this:\n\nnpm start\n\n1. Open it.\n   - Or not.';
    const blocks = 'p0:0-9 c0:11-20 s1:22-33 i2:37-46';
    expect(await compose('run', passage(text, { blocks }))).toBe(
      'Run this:\n\n```\nnpm start\n```\n\n1. Open it.\n   - Or not. [1]',
    );
  });

  it('gives steps whole where a table stands between them', async () => {
    const lines = [
      '1. Look at the thread.',
      '   - A — Body: smooth',
      '   - B — Body: rough',
      '2. Press the pin.',
      '3. Screw the head on.',
    ];
    let at = 0;
    const blocks = lines.map((line) => {
      const start = at + line.search(/\S/);
      at += line.length + 1;
      return `${/^\d/.test(line) ? 's1' : 'r2'}:${start}-${at - 1}`;
    });
    const text = lines.join('\n');
    expect(await compose('how do I screw the head on', passage(text, { blocks: blocks.join(' ') }))).toBe(
      `${text} [1]`,
    );
  });

  it('says of a list that is too long that it goes on', async () => {
    const items = Array.from({ length: 60 }, (_, n) => `${n + 1}. Step of six words or so.`);
    const grounding = {
      query: 'what are the steps',
      passages: [passage(`The steps:\n\n${items.join('\n')}`)],
    };
    const wording = {
      language: 'en',
      goesOn: 'It goes on.',
      doubt: { unsure: 'Perhaps:', notFound: 'Not found:', behind: 'Or ask a person.' },
      unknown: 'Unknown.',
      inOtherLanguage: (name: string) => `In ${name}:`,
    };
    const text = (await composeAnswer({ ...grounding, wording }, { embedder })).join('');
    expect(text).toMatch(/^The steps:\n1\. Step/);
    expect(text).toMatch(/It goes on\.$/);
  });

  it('answers a code with what stands under it, and names it', async () => {
    const text = '## E-17\n\nThe door is open.\n\n## E-18\n\nThe lamp is broken.';
    expect(await compose('e18', passage(text))).toBe('**E-18**: The lamp is broken. [1]');
  });

  it('answers several questions each under its own line, or says that one is unknown', async () => {
    const passages = [
      passage('Returns are free.', { documentId: 'r' }),
      passage('Plus costs 4 euros.', { documentId: 'p' }),
    ];
    const part = (question: string, index?: number) => ({
      question,
      query: question,
      passages: index === undefined ? [] : [passages[index]!],
    });
    const parts = [
      part('Are returns free?', 0),
      part('What does Plus cost?', 1),
      part('Do you sell fridges?'),
    ];
    const wording = {
      language: 'en',
      goesOn: '',
      doubt: { unsure: 'Perhaps:', notFound: 'Not found:', behind: 'Or ask a person.' },
      unknown: 'I do not know.',
      inOtherLanguage: () => '',
    };
    const text = (await composeAnswer({ query: 'x', passages, parts, wording }, { embedder })).join('');
    expect(text).toBe(
      '**Are returns free?**\n\nReturns are free. [1]\n\n**What does Plus cost?**\n\nPlus costs 4 euros. [2]\n\n**Do you sell fridges?**\n\nI do not know.',
    );
  });

  it('gives with a sentence the list or code that it announces, whoever said what belongs to the answer', async () => {
    const text = [
      'The dial may lose its place after a power cut. If the thermostat shows dashes, use the following workaround.',
      '```bash\nthermostat --home\n```',
      'Dials are made of brass.',
    ].join('\n\n');
    const dashes = 'If the thermostat shows dashes, use the following workaround.';
    const range = { start: text.indexOf(dashes), end: text.indexOf(dashes) + dashes.length };
    const found = passage(text);
    const written = { question: 'Why dashes?', cosine: 0.9, ranges: [range] };
    const given = /use the following workaround\.( \[1\])?\n\n```bash\nthermostat --home\n```/;
    expect(await compose('why does the thermostat show dashes', { ...found, answers: [written] })).toMatch(
      given,
    );
    expect(await compose('why does the thermostat show dashes', found)).toMatch(given);
  });

  it('gives what is announced right behind its sentence, whatever else belongs to the answer', async () => {
    const sentences = ['No. To show it without dashes, use the following command.', 'Then it glows.'];
    const text = [sentences[0], '```bash\nthermostat --home\n```', sentences[1]].join('\n\n');
    const ranges = sentences.map((part) => ({
      start: text.indexOf(part),
      end: text.indexOf(part) + part.length,
    }));
    const answers = [{ question: 'Does it show dashes?', cosine: 0.9, ranges }];
    expect(await compose('does the thermostat show dashes', { ...passage(text), answers })).toBe(
      `${sentences[0]}\n\n\`\`\`bash\nthermostat --home\n\`\`\`\n\n${sentences[1]} [1]`,
    );
  });

  it.each([
    ['unsure', ''],
    ['notFound', '**Reset the thermostat**: '],
  ] as const)('says around what may be no answer that it is: %s', async (doubt, from) => {
    const wording = {
      language: 'en',
      goesOn: '',
      doubt: { unsure: 'Perhaps:', notFound: 'Not found:', behind: 'Or ask a person.' },
      unknown: '',
      inOtherLanguage: () => '',
    };
    const text = (
      await composeAnswer(
        { query: 'are returns free', passages: [passage('Returns are free.')], doubt, wording },
        { embedder },
      )
    ).join('');
    expect(text).toBe(`${wording.doubt[doubt]}\n\n${from}Returns are free. [1]\n\n${wording.doubt.behind}`);
  });

  it('does not say the same again: it gives the next article, or nothing', async () => {
    const first = passage('Hold the dial to reset the thermostat.', { documentId: 'a' });
    const second = passage('To reset the thermostat, take the batteries out.', {
      documentId: 'b',
      score: 0.95,
    });
    const again = async (...passages: ScoredChunk[]) =>
      (
        await composeAnswer(
          { query: 'reset the thermostat', passages, said: ['Hold the dial to reset the thermostat. [1]'] },
          { embedder },
        )
      ).join('');
    expect(await again(first, second)).toBe('To reset the thermostat, take the batteries out. [2]');
    expect(await again(first)).toBe('');
  });

  it('answers another question from what was said before with the one sentence that answers it', async () => {
    const text = 'A voucher is valid for three years. You cannot change a voucher for money.';
    const before = { said: [`${text} [1]`], askedBefore: ['how long is a voucher valid'] };
    const ask = async (query: string, also: string[] = []) =>
      (
        await composeAnswer(
          { ...before, said: [...before.said, ...also], query, passages: [passage(text)] },
          { embedder },
        )
      ).join('');
    const money = 'can I change a voucher for money';
    expect(await ask(money)).toBe('You cannot change a voucher for money. [1]');
    expect(await ask(money, ['You cannot change a voucher for money. [1]'])).toBe('');
    expect(await ask('How long is a voucher valid?')).toBe('');
  });

  it('gives the row that the last turn names, and not once more the one before, and no row twice to the same question', async () => {
    const rows = '- Norway — Price: 6 euros; Time: –\n- Sweden — Price: 8 euros; Time: 2 days';
    const passages = [passage(rows, { blocks: 'r1:0-34 r1:35-74' })];
    const first = 'what does a parcel to Norway cost';
    const before = { passages, said: ['Norway — Price: 6 euros [1]'], askedBefore: [first] };
    const question = 'and to Sweden?';
    const next = await composeAnswer({ ...before, query: `${first}\n${question}`, question }, { embedder });
    expect(next.join('')).toBe('Sweden — Price: 8 euros; Time: 2 days [1]');
    expect((await composeAnswer({ ...before, query: first }, { embedder })).join('')).toBe('');
  });

  it('answers from the section that the question names, and adds none of its siblings', async () => {
    const text =
      '## Windows\n\nOpen the settings and switch all offers off.\n\n## Linux\n\nOpen a file and switch offers to quiet.';
    expect(await compose('how do I switch all offers off on linux', passage(text))).toBe(
      '**Linux**: Open a file and switch offers to quiet. [1]',
    );
  });

  it('does not give the article of another device in place of what was said, where the question names the device', async () => {
    const said = 'Unscrew the lid of the kettle.';
    const kettle = passage(said, { documentId: 'k', title: 'Clean the kettle' });
    const toaster = passage('Empty the tray of the toaster.', {
      documentId: 't',
      title: 'Clean the toaster',
    });
    const grounding = { passages: [kettle, toaster], said: [`${said} [1]`] };
    const text = await composeAnswer({ ...grounding, query: 'how do I clean my kettle' }, { embedder });
    expect(text.join('')).toBe('');
  });

  it.each([
    ['may I order as a guest', 'Yes. Say so at the checkout. [1]'],
    ['do you need an account for it', 'May I order as a guest? Yes. Say so at the checkout. [1]'],
  ])('puts no question of the article behind its answer: %s', async (query, answer) => {
    expect(await compose(query, passage('May I order as a guest? Yes. Say so at the checkout.'))).toBe(
      answer,
    );
  });

  it('shows no line that leads into nothing where a code is asked about', async () => {
    const text =
      'X-41 means that the cord is torn. Order a cord:\n\n- X-42 is the long one.\n- X-43 is the short one.';
    expect(await compose('what is X-41', passage(text))).toBe('X-41 means that the cord is torn. [1]');
  });

  it('says so when the article is in another language than the message', async () => {
    const wording = {
      language: 'de',
      goesOn: '',
      doubt: { unsure: 'Perhaps:', notFound: 'Not found:', behind: 'Or ask a person.' },
      unknown: '',
      inOtherLanguage: (name: string) => `Auf ${name}:`,
    };
    const passages = [passage('The warranty is two years.')];
    const text = (await composeAnswer({ query: 'warranty', passages, wording }, { embedder })).join('');
    expect(text).toBe('Auf Englisch:\n\nThe warranty is two years. [1]');
  });

  it.each([
    ['an emoji', '🙂', 'The warranty is two years.'],
    ['4,000 characters', 'warranty '.repeat(450), 'The warranty is two years.'],
    ['another script', 'ქართული ენა', 'The warranty is two years.'],
    ['an empty passage', 'warranty', '   '],
    [
      'a row of 500 columns',
      'column 17',
      `- First — ${Array.from({ length: 500 }, (_, n) => `column ${n}: value ${n}`).join('; ')}`,
    ],
    ['a huge passage', 'rule 7', Array.from({ length: 3_000 }, (_, n) => `Rule ${n} is here.`).join(' ')],
  ])('is bounded for %s', async (_, query, text) => {
    const answer = await compose(query, passage(text));
    expect(answer.length).toBeLessThan(4_000);
  });

  it('takes the sentence that a reader finds to answer, in the passage that it finds to', async () => {
    const texts = ['Parcels take three days.', 'We repair what is broken. Returns are free within 60 days.'];
    const read = (sentence: string) =>
      texts.map((text, index) => {
        const start = text.indexOf(sentence);
        const found = { ...passage(text, { documentId: `${index}` }) };
        return {
          ...found,
          evidence: { ...found.evidence, rerank: start === -1 ? -4 : 4 },
          reading: start === -1 ? [] : [{ start, end: start + sentence.length, belongs: 1 }],
        };
      });
    const answer = async (sentence: string) =>
      (await composeAnswer({ query: 'how long', passages: read(sentence) }, { embedder })).join('');
    expect(await answer('Returns are free within 60 days.')).toMatch(/Returns .*\[2\]$/s);
    expect(await answer('Parcels take three days.')).toContain('three days. [1]');
  });

  it('takes a sentence that points back together with the one before it', async () => {
    const text = await compose(
      'does away mode affect hot water',
      passage('Away lowers the heating to 12 degrees. This does not affect the hot water in away mode.'),
    );
    expect(text).toMatch(/^Away lowers the heating/);
  });

  it('stays short, whatever the passages hold', async () => {
    const long = Array.from(
      { length: 60 },
      (_, index) => `The bridge warranty rule number ${index} says ${'more '.repeat(index % 7)}words.`,
    ).join(' ');
    const text = await compose(
      'bridge warranty rule',
      ...[0, 1, 2, 3].map((index) => passage(long.slice(index), { documentId: `d${index}` })),
    );
    expect(text.split(/\s+/).length).toBeLessThan(200);
    expect(text.match(/\./g)?.length ?? 0).toBeLessThan(12);
  });

  describe('with a reranker', () => {
    const question = 'am I too late to send it back';
    const text = 'Returns are free within 60 days.';
    const delivery = 'Parcels take three days to arrive.';
    const passages = [passage(text), passage(delivery, { documentId: 'delivery' })];
    const answer = async (
      reranker: ExtractiveModels['reranker'],
      signal?: AbortSignal,
      cutShort?: () => void,
    ) =>
      (
        await composeAnswer(
          { query: question, passages, cutShort },
          { embedder, ...(reranker ? { reranker } : {}) },
          { signal },
        )
      ).join('');
    const trust = { temperature: 1, passageWeight: 0, sentenceWeight: 3 };
    const prefers = (word: string) => ({
      trust,
      score: async (_question: string, texts: readonly string[]) =>
        texts.map((one) => (one.includes(word) ? 5 : -5)),
    });

    it('takes the sentence that it finds to answer, whatever words and vectors say', async () => {
      expect(await answer(prefers('Parcels'))).toMatch(/^Parcels take three days to arrive\./);
      expect(await answer(prefers('60 days'))).toMatch(/^Returns are free within 60 days\./);
    });

    it('does not ask one whose sentences are worth nothing', async () => {
      const score = async () => {
        throw new Error('asked');
      };
      expect(await answer({ trust: { ...trust, sentenceWeight: 0 }, score })).toBe(await answer(undefined));
    });

    it('goes on without one that fails, but not for a customer who went away', async () => {
      const controller = new AbortController();
      const failing = {
        trust,
        score: async () => {
          throw new AppError('busy', 'too much waits');
        },
      };
      let isCutShort = false;
      const cutShort = () => {
        isCutShort = true;
      };
      expect(await answer(failing, undefined, cutShort)).toBe(await answer(undefined));
      expect(isCutShort).toBe(true);
      const leaving = {
        trust,
        score: async () => {
          controller.abort();
          controller.signal.throwIfAborted();
          return [];
        },
      };
      await expect(answer(leaving, controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
    });
  });

  it('is empty without passages', async () => {
    expect(await compose('anything')).toBe('');
  });

  it('streams and invokes as a chat model', async () => {
    const model = createExtractiveChatModel({ embedder });
    const grounding = { query: 'warranty', passages: [passage('The warranty is two years.')] };
    let streamed = '';
    for await (const piece of await model.stream([{ role: 'user', content: 'warranty' }], { grounding }))
      streamed += piece.text;
    const invoked = await model.invoke([{ role: 'user', content: 'warranty' }], { grounding });
    expect(streamed).toBe('The warranty is two years. [1]');
    expect(invoked.text).toBe(streamed);
  });
});
