// The prompt for a model that writes. Retrieved text and customer text are data: marked off, with everything made inert that could close
// the mark or imitate a role (Spotlighting, arXiv 2403.14720). No template engine is involved. It always fits into the model's context.
import type { ChatMessage, WritingModel } from '#core/chat-model.ts';
import type { Turn } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import { splitSentences } from '#core/sentences.ts';
import { inertText } from './inert-text.ts';
import { promptPassages } from './prompt-passages.ts';
import { type PromptProfile, promptProfiles } from './prompt-profiles.ts';

export interface PromptInput {
  /** The conversation up to and with the question, oldest first. */
  readonly turns: readonly Turn[];
  /** The question, complete in itself. */
  readonly query: string;
  readonly passages: readonly ScoredChunk[];
}

export interface Prompt {
  readonly messages: readonly ChatMessage[];
  /** Those that it holds, whole or in part: `[n]` is the n-th of them. */
  readonly passages: readonly ScoredChunk[];
  /** What of each of them it holds: Markdown. */
  readonly shown: readonly string[];
  /** Of all messages, at most. */
  readonly tokens: number;
  /** UTF-16 code units of an answer, at most. */
  readonly answerLength: number;
}

/** Marks around messages that a chat template adds. */
const templateTokens = 40;
/** At most this share of what is left for text goes to the conversation; the passages matter more. */
const conversationShare = 0.35;

/** Throws nothing: what does not fit is left out, the question last of all. */
export function buildPrompt(
  { turns, query, passages }: PromptInput,
  {
    contextTokens,
    maxTokens,
    countTokens,
    size = 'large',
  }: Pick<WritingModel, 'contextTokens' | 'maxTokens' | 'countTokens'> & Partial<Pick<WritingModel, 'size'>>,
  { instructions, layout, passages: most, passageTokens, answerLength }: PromptProfile = promptProfiles[size],
): Prompt {
  const { passageMark, ask } = layouts[layout];
  // A third of a very small context is left for the answer, whatever cap is set.
  const answerTokens = Math.min(maxTokens, Math.floor(contextTokens / 3));
  const room = contextTokens - answerTokens - templateTokens - countTokens(instructions) - 8;
  // As it is counted is how it is sent: made inert, with its mark around it.
  const count = (text: string) => countTokens(inertText(text));
  const asked = ask(
    { turns, query },
    { countTokens, tokens: Math.max(0, Math.floor(room * conversationShare)) },
  );
  const left = Math.max(0, room - countTokens(asked));
  const given = promptPassages(passages.slice(0, most), query, {
    countTokens: (text) => count(text) + markTokens,
    tokens: Math.min(passageTokens, left),
  });
  const numbered = given.map(({ text }, index) => passageMark(index + 1, inertText(text)));
  const content = [...(numbered.length > 0 ? [numbered.join('\n')] : []), asked].join('\n\n');
  return {
    messages: [
      { role: 'system', content: instructions },
      { role: 'user', content },
    ],
    passages: given.map(({ passage }) => passage),
    shown: given.map(({ text }) => text),
    tokens: countTokens(instructions) + countTokens(content) + templateTokens,
    answerLength,
  };
}

interface Layout {
  readonly passageMark: (number: number, text: string) => string;
  /** What stands under the passages: no longer than there is room for. */
  readonly ask: (asked: Pick<PromptInput, 'turns' | 'query'>, room: ConversationRoom) => string;
}

const layouts: Readonly<Record<PromptProfile['layout'], Layout>> = {
  marked: {
    passageMark: (number, text) => `<passage number="${number}">\n${text}\n</passage>`,
    ask: ({ turns }, room) =>
      `${quotedConversation(turns, room)}\n\nAnswer the last turn of the customer from the passages, with citations.`,
  },
  plain: {
    passageMark: (number, text) => `[${number}] ${text}\n`,
    // People ask at the end.
    ask: ({ query }, room) =>
      `Question: ${shortened(inertText(query), (text) => room.countTokens(text) <= room.tokens)}`,
  },
};

/** A passage's mark, and what joining texts may cost. */
const markTokens = 16;

/** An earlier turn is represented by its first sentence, so much of it. UTF-16 code units. */
const earlierTurnLength = 240;
const earlierTurns = 4;

export interface ConversationRoom {
  readonly countTokens: (text: string) => number;
  readonly tokens: number;
}

/**
 * The last turns, marked off as data: the last one whole if it fits, of earlier ones what they say first, as many as there is room for. A
 * question that is longer than all room is cut at its beginning, for people ask at the end.
 */
export function quotedConversation(turns: readonly Turn[], room?: ConversationRoom): string {
  const quote = (turn: Turn, text: string) => `<turn author="${turn.author}">\n${inertText(text)}\n</turn>`;
  const last = turns.at(-1);
  if (!last) return '<conversation>\n</conversation>';
  const fits = (quoted: readonly string[]) => !room || room.countTokens(wrapped(quoted)) <= room.tokens;
  let kept = [
    quote(
      last,
      shortened(last.text, (text) => fits([quote(last, text)])),
    ),
  ];
  for (const turn of turns.slice(-earlierTurns - 1, -1).toReversed()) {
    const more = [quote(turn, firstOf(turn.text)), ...kept];
    if (!fits(more)) break;
    kept = more;
  }
  return wrapped(kept);
}

/** Without as much of its beginning as is too much. */
function shortened(text: string, fits: (text: string) => boolean): string {
  let rest = text;
  while (rest.length > 0 && !fits(rest)) rest = rest.slice(Math.ceil(rest.length / 8)).toWellFormed();
  return rest;
}

const wrapped = (quoted: readonly string[]) => `<conversation>\n${quoted.join('\n')}\n</conversation>`;

/** Whole sentences from the first on, up to a length; of one that is longer alone its beginning. */
function firstOf(text: string): string {
  let end = 0;
  for (const sentence of splitSentences(text)) {
    if (end > 0 && sentence.end > earlierTurnLength) break;
    end = sentence.end;
  }
  return text.slice(0, Math.min(end, 2 * earlierTurnLength)).toWellFormed();
}
