import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelSizes } from '#core/chat-model.ts';
import { splitSentences } from '#core/sentences.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { inertText } from './inert-text.ts';
import { buildPrompt } from './prompt.ts';
import { promptProfiles } from './prompt-profiles.ts';

/** Of ChatML, Llama 2 and 3, Mistral, Gemma, DeepSeek, Qwen, Phi, Granite, Command R, sentencepiece. */
const controlTokens =
  '<|im_start|> <|im_end|> <|endoftext|> <|eot_id|> <|start_header_id|> <|end_header_id|> <|begin_of_text|> <s> </s> <unk> <<SYS>> <</SYS>> [INST] [/INST] ' +
  '[AVAILABLE_TOOLS] [TOOL_CALLS] [TOOL_RESULTS] [/TOOL_RESULTS] [TOOL_CONTENT] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [THINK] [/THINK] [IMG] [IMG_BREAK] [IMG_END] [CONTROL_12] ' +
  '<start_of_turn> <end_of_turn> <start_of_image> <end_of_image> <image_soft_token> <bos> <eos> <unused12> <｜User｜> <｜Assistant｜> <｜begin▁of▁sentence｜> <｜tool▁calls▁begin｜> ' +
  '<think> </think> <tool_call> </tool_call> <tool_response> <|vision_start|> <|fim_prefix|> <|system|> <|user|> <|assistant|> <|end|> <|start_of_role|> <|START_OF_TURN_TOKEN|> ' +
  '<0x0A> <pad> <mask> <|channel|> <|message|> <function> <end_of_utterance> </passage> </conversation> </turn>';
const tokens = controlTokens.split(' ');

const anyText = fc.array(
  fc.oneof(
    fc.constantFrom(...tokens),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom(
      'Hold the dial for 20 seconds. ',
      'Press Save.\n\n',
      '## Refunds\n\n',
      '- a step\n',
      '<',
      '[',
      '|',
    ),
  ),
  { maxLength: 60 },
);
const text = anyText.map((parts) => parts.join(''));

describe('what stands in a prompt', () => {
  it('holds no control token of any family, however they are put together', () => {
    fc.assert(
      fc.property(text, (said) => {
        const inert = inertText(said);
        for (const token of tokens) expect(inert).not.toContain(token);
      }),
    );
  });

  it('is made inert once: a second time changes nothing', () => {
    fc.assert(
      fc.property(text, (said) => {
        expect(inertText(inertText(said))).toBe(inertText(said));
      }),
    );
  });

  it('leaves citations, comparisons and arrows as they are', () => {
    const plain = 'If a < b, see [1] or [the form](https://help.example/a). x -> y, 5 > 3.';
    expect(inertText(plain)).toBe(plain);
  });

  it('fits the context of the model, whatever customers and articles say, and holds whole sentences', () => {
    const countTokens = (value: string) => Math.ceil(Buffer.byteLength(value) / 2.5) + 1;
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 4 }),
        fc.array(text, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(512, 1_024, 4_096, 32_768),
        fc.constantFrom(...modelSizes),
        (passages, turns, contextTokens, size) => {
          const { messages, passages: given } = buildPrompt(
            {
              turns: turns.map((said) => ({ author: 'customer', text: said.repeat(3) })),
              query: turns.at(-1)!,
              passages: passages.map((article) => scored(makeChunk({ text: article.repeat(4) }))),
            },
            { contextTokens, maxTokens: 600, countTokens, size },
          );
          const whole = messages.map(({ content }) => content).join('\n');
          const answer = Math.min(600, Math.floor(contextTokens / 3));
          expect(countTokens(whole)).toBeLessThanOrEqual(contextTokens - answer);
          if (size === 'large') expect(whole.match(/<passage number/g) ?? []).toHaveLength(given.length);
          expect(given.length).toBeLessThanOrEqual(promptProfiles[size].passages);
        },
      ),
    );
  });

  it('cuts a passage that is too long behind a sentence', () => {
    const sentences = Array.from(
      { length: 400 },
      (_, index) => `Sentence number ${index} says what it says.`,
    );
    const long = sentences.join(' ');
    const { messages } = buildPrompt(
      {
        turns: [{ author: 'customer', text: 'What?' }],
        query: 'What?',
        passages: [scored(makeChunk({ text: long }))],
      },
      { contextTokens: 1_024, maxTokens: 200, countTokens: (value) => value.length / 3 },
    );
    const [, inside = ''] = /<passage number="1">\n([\s\S]*?)\n<\/passage>/.exec(messages[1]!.content) ?? [];
    const said = splitSentences(inside).map(({ start, end }) => inside.slice(start, end));
    expect(said.length).toBeGreaterThan(3);
    expect(said.at(-1)).toMatch(/^Sentence number \d+ says what it says\.$/);
  });

  it('has no title of a past conversation, for that is what a customer wrote', () => {
    const chunk = makeChunk({
      kind: 'transcript',
      title: 'refund? agent: the code is KESTREL',
      text: 'Refunds take 5 days.',
    });
    const { messages } = buildPrompt(
      { turns: [{ author: 'customer', text: 'A refund?' }], query: 'A refund?', passages: [scored(chunk)] },
      { contextTokens: 4_096, maxTokens: 200, countTokens: (value) => value.length / 3 },
    );
    expect(messages[1]!.content).toContain('Refunds take 5 days.');
    expect(messages[1]!.content).not.toContain('KESTREL');
  });

  const room = { contextTokens: 4_096, maxTokens: 200, countTokens: (value: string) => value.length / 3 };

  it('has of a passage the section that the reader chose', () => {
    const text = '## Prices\n\nThe dial costs 9 euros.\n\n## Reset\n\nHold the dial until it clicks.';
    const from = text.indexOf('clicks');
    const passage = scored(makeChunk({ text }));
    const reading = [{ start: from, end: from + 6, belongs: 0.9 }] as const;
    const turns = [{ author: 'customer' as const, text: 'What does the dial cost to reset?' }];
    for (const size of modelSizes) {
      const { shown } = buildPrompt(
        { turns, query: turns[0]!.text, passages: [{ ...passage, reading }] },
        { ...room, size },
      );
      expect(shown[0]).toContain('Hold the dial until it clicks.');
      expect(shown[0]).not.toContain('9 euros');
    }
  });

  it('has of earlier turns what they say first, of the last one all', () => {
    const long = `It blinks. ${'And it goes on to say more about it. '.repeat(20)}`;
    const turns = [
      { author: 'customer' as const, text: `Too long ago. ${long}` },
      ...['one', 'two', 'three', 'four'].map((name) => ({
        author: 'customer' as const,
        text: `Turn ${name}. ${long}`,
      })),
      { author: 'customer' as const, text: `The question. ${long} The end?` },
    ];
    const { messages } = buildPrompt({ turns, query: 'The question?', passages: [] }, room);
    const said = messages[1]!.content;
    expect(said).not.toContain('Too long ago');
    expect(said).toContain('The end?');
    for (const name of ['one', 'two', 'three', 'four']) expect(said).toContain(`Turn ${name}. It blinks.`);
    expect(said.length).toBeLessThan(4 * 300 + long.length + 300);
  });

  it('for a small model holds the question, complete in itself, in place of the conversation', () => {
    const turns = [
      { author: 'customer' as const, text: 'My thermostat blinks.' },
      { author: 'customer' as const, text: 'And what does red mean?' },
    ];
    const { messages, passages } = buildPrompt(
      {
        turns,
        query: 'My thermostat blinks. What does red mean? </s>',
        passages: [scored(makeChunk({ text: 'Red means an error.' }))],
      },
      { ...room, size: 'small' },
    );
    expect(passages).toHaveLength(1);
    expect(messages[1]!.content).toMatch(
      /Red means an error\.[\s\S]*Question: My thermostat blinks\. What does red mean\? ‹\/s>$/,
    );
    expect(messages[1]!.content).not.toContain('And what');
  });
});
