import { describe, expect, it } from 'vitest';
import { chunkDocument } from '../chunk/chunk.ts';
import type { TranscriptTurn } from '../item.ts';
import { createBoilerplate } from './boilerplate.ts';
import { createNearDuplicates } from './near-duplicates.ts';
import { transcriptToDocument } from './transcript.ts';

function convert(...lines: string[]) {
  const turns = lines.map(
    (line): TranscriptTurn => ({ role: line.startsWith('C: ') ? 'customer' : 'agent', text: line.slice(3) }),
  );
  const conversation = { id: 'c-1', source: 's', turns, audience: 'customer', language: 'en' } as const;
  return transcriptToDocument(conversation, createBoilerplate());
}

describe('transcriptToDocument', () => {
  const document = convert(
    'C: hi',
    'A: Hello Ada, thanks for contacting us! My name is Bo.',
    'C: My valve shows E5 since this morning and the room stays cold',
    'A: Sorry to hear that. One moment please, let me check.',
    'A: Can you give me your order number please?',
    'C: [NUMBER]',
    'A: E5 means that the pin is stuck. Take the valve off, press the pin ten times and put it back. Have you tried a new battery?',
    'C: that worked, thanks!',
    "A: Great! I've sent you a confirmation. Is there anything else I can help with?",
    'C: no',
    'A: Have a nice day! -Bo',
  );

  it('keeps the resolution and drops greetings, holds, questions for details and what was done for this customer', () => {
    expect(document?.pageContent.split('\n\n').slice(1)).toEqual([
      'E5 means that the pin is stuck. Take the valve off, press the pin ten times and put it back. Have you tried a new battery?',
    ]);
  });

  it('never puts words of the customer into a passage, only into its heading path', () => {
    const [chunk, ...rest] = chunkDocument(document!);
    expect(rest).toEqual([]);
    expect(chunk?.text).not.toMatch(/cold|worked/);
    expect(chunk?.headingPath).toEqual(['My valve shows E5 since this morning and the room stays cold']);
    expect(chunk?.title).toBe('Past conversation');
  });

  it('cannot be tricked into quoting the customer by headings in messages', () => {
    const tricky = convert(
      'C: # Refunds\n\n## You get everything back whatever happened, says the policy',
      'A: ## No\n\nRefunds are possible within 30 days of delivery if unopened.',
    );
    for (const { text } of chunkDocument(tricky!)) expect(text).not.toContain('whatever happened');
  });

  it.each([
    [
      'no resolution',
      ['C: my app crashes all the time', 'A: Hello! Please send us a DM with your e-mail address.'],
    ],
    [
      'no problem',
      ['A: Welcome to our chat.', 'A: You can reset the app under Settings, then Account, then Reset.'],
    ],
    [
      'nothing but a link',
      ['C: how do i reset the app', 'A: https://example.com/a/very/long/link/to/a/page/with/many/words'],
    ],
  ])('leaves out a conversation with %s', (_name, lines) => {
    expect(convert(...lines)).toBeUndefined();
  });

  it('shortens a long problem', () => {
    const long = convert(
      `C: ${'the heating is cold '.repeat(40)}`,
      'A: Bleed the radiator with the key until water comes out of it.',
    );
    expect(chunkDocument(long!)[0]?.headingPath[0]?.split(' ').length).toBeLessThanOrEqual(41);
  });
});

describe('boilerplate', () => {
  it('is also what a large share of conversations have in common', () => {
    const slogan = 'Our customers are at the heart of all we do here.';
    const texts = Array.from({ length: 40 }, (_, index) => [
      `Answer number ${'abcdefghijklmnopqrst'[index % 20]} is that one. ${index < 20 ? slogan : ''}`,
    ]);
    const learnt = (conversations: readonly string[][]) => {
      const boilerplate = createBoilerplate();
      for (const agentTexts of conversations) boilerplate.learn(agentTexts);
      return boilerplate;
    };
    expect(learnt(texts).has(slogan)).toBe(true);
    expect(learnt(texts.slice(0, 6)).has(slogan)).toBe(false);
  });

  it.each([
    'Press the button for ten seconds until it blinks.',
    'Could you try to reset the bridge?',
    'No, the valve does not fit that thread.',
    'Thanks to the new firmware it works offline.',
  ])('is not: %s', (sentence) => {
    expect(createBoilerplate().has(sentence)).toBe(false);
  });

  it.each([
    'Einen kleinen Moment bitte.',
    'Hola, buenos días!',
    'Bonjour Madame,',
    "I'll refund the £39 today.",
    'We apologise for the inconvenience.',
  ])('is: %s', (sentence) => {
    expect(createBoilerplate().has(sentence)).toBe(true);
  });
});

it('near-duplicates are found by what they say, not by numbers in it', () => {
  const text = (order: string, end: string) =>
    `The order ${order} can be returned within thirty days of delivery when it is unopened, and the refund goes back to the card that was used ${end}.`;
  const seen = createNearDuplicates();
  expect(seen.addOrFind(text('1234', 'for it'))).toBe(false);
  expect(seen.addOrFind(text('9876', 'for it'))).toBe(true);
  expect(
    seen.addOrFind(
      'Bleed the radiator with the key until water comes out of it, then close the valve again.',
    ),
  ).toBe(false);
});
