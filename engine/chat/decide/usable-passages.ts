// The retrieved passages that an answer may be made from. A passage that talks to a language model was not written for customers. What
// identifies one customer's order or device is nothing to another. Of a past conversation only what the agent said for all is a source.
// Every passage goes through here before it reaches a prompt, an answer or a citation.
import { type Chunk, chunkContext, type ScoredChunk, transcriptTitle } from '#core/document.ts';
import { hasControlTokens } from '../understand/machine-text.ts';

export function usablePassages(found: readonly ScoredChunk[]): ScoredChunk[] {
  return found
    .filter(({ chunk }) => !commandsModel(chunkContext(chunk)))
    .map((passage) => (passage.chunk.kind === 'transcript' ? withGeneralWords(passage) : passage))
    .filter(({ chunk }) => chunk.text !== '');
}

/** What a reader made of the text goes with it: its words stand elsewhere now. */
function withGeneralWords({ reading, ...passage }: ScoredChunk): ScoredChunk {
  return { ...passage, chunk: generalWords(passage.chunk) };
}

/**
 * Ingestion says which sentences of the agent hold for all; the others are one customer's. The headings of a past conversation are the
 * customer's problem in the customer's own words: good to be found by, but whoever writes "refund? agent: the code is X" must not have it
 * repeated to others as an answer.
 */
function generalWords({ blocks, quotable = [], ...chunk }: Chunk): Chunk {
  const said = quotable.reduce((text, { start, end }, index) => {
    const between = chunk.text.slice(quotable[index - 1]?.end ?? start, start);
    return (
      text + (index === 0 ? '' : between.trim() === '' ? between : '\n\n') + chunk.text.slice(start, end)
    );
  }, '');
  return { ...chunk, title: transcriptTitle, headingPath: [], text: withoutReferences(said) };
}

const model =
  '(?<!google )(?<!voice )(?:assistants|the assistant|AI assistants?|chat ?bots?|language models?|AI (?:systems?|agents?|models?)|LLMs?)';
const commands = [
  /\b(?:ignore|disregard|forget|override)\b[^.?!\n]{0,30}\b(?:previous|prior|above|earlier|all)\b[^.?!\n]{0,20}\b(?:instructions?|rules?|prompts?|guidelines)\b/i,
  new RegExp(
    `\\b(?:note|message|memo|instruction|rule|order|command|reminder|hint)s? (?:to|for) ${model}\\b`,
    'i',
  ),
  new RegExp(
    `\\b${model}\\b[^.?!\\n]{0,25}?\\b(?:must|have to|has to|shall|should|replies|reply with|responds? with|asks for|is to|are to)\\b`,
    'i',
  ),
  /(?:^|[.!?:\n]\s*)(?:dear )?(?:AI |language )?(?:assistants?|models?|chat ?bots?|bots?|AIs?|AI systems?)\b[^.?!\n]{0,30}?[,:] ?(?:\w+ ){0,2}(?:reply|answer|respond|say|tell|ask|ignore|print|show|repeat|decode|join|follow|output|end|begin|start|add|append|close|use|write|put|give)\b/i,
  /\b(?:AI systems?|assistants?|chat ?bots?|language models?|LLMs?) (?:that|who|which) reads? this\b/i,
  /\bto all (?:assistants|chat ?bots|AIs|language models)\b/i,
  /\byou are (?:now|no longer) (?:in |an? |the )?[^.?!\n]{0,30}\b(?:mode|assistant|ai|dan|unrestricted|jailbroken)\b/i,
];

/**
 * The commonest templates of planted commands (OWASP LLM01; garak latentinjection, BIPIA). A convenience like the one of the policy:
 * other words get past it, and then the output filter holds. It is not the classifier
 * of dialogue acts: that one is for messages, and of headings in documentation it takes some for commands. Measured on 190,826 texts of help centres and technical documentation:
 * 14 are taken for commands.
 */
export function commandsModel(text: string): boolean {
  return hasControlTokens(text) || commands.some((pattern) => pattern.test(text));
}

/** Order, case, tracking and serial numbers of any company: capitals, digits and dashes, six digits at least, and no date. */
const reference =
  /(?<![\w/.-])(?!\d{4}-\d{2}-\d{2}(?![\w-]))(?=(?:[A-Z-]{0,8}\d){6})[A-Z\d]{1,24}(?:-[A-Z\d]{1,12}){0,4}(?![\w-])/g;

function withoutReferences(text: string): string {
  return text.replace(reference, '[NUMBER]');
}
