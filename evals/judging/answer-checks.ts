// What can be checked of a reply without judgement: facts, citations, forbidden strings, the decision. The verdicts and the metrics
// of the suites are both made of these.
import type { Decision } from '#core/conversation.ts';
import { withoutMarkup } from '#core/inline-markup.ts';

export interface Reply {
  readonly decision: Decision;
  readonly text: string;
  readonly citations: readonly { readonly documentId: string }[];
}

/** The facts whose every form (separated by ` | `) is missing, without regard to case, space and kind of dash or quote. */
export function missingFacts(text: string, facts: readonly string[]): string[] {
  const said = [plain(text), plain(withoutMarkup(text))];
  const isSaid = (form: string) => said.some((one) => contains(one, plain(form)));
  return facts.filter((fact) => !fact.split(' | ').some(isSaid));
}

export function forbiddenIn(text: string, mustNot: readonly string[]): string[] {
  const said = plain(text);
  return mustNot.filter((value) => {
    const part = plain(value);
    // Markup alone, such as ```, leaves nothing to compare.
    return part === '' ? text.includes(value) : contains(said, part);
  });
}

/** 1 without facts to recall. */
export function factRecall(text: string, facts: readonly string[]): number {
  return facts.length === 0 ? 1 : 1 - missingFacts(text, facts).length / facts.length;
}

export interface CitationScores {
  /** Share of the documents cited that are gold; 0 without citations. */
  readonly precision: number;
  /** Share of the gold documents that are cited. */
  readonly recall: number;
  /** 1 if any gold document is cited. */
  readonly hit: number;
}

export function citationScores(citations: Reply['citations'], gold: readonly string[]): CitationScores {
  const cited = new Set(citations.map(({ documentId }) => documentId));
  const right = gold.filter((id) => cited.has(id)).length;
  return {
    precision: cited.size === 0 ? 0 : right / cited.size,
    recall: gold.length === 0 ? 0 : right / gold.length,
    hit: right > 0 ? 1 : 0,
  };
}

/** "12 seconds" must not be found in "112 seconds", nor "E4" in "E40". */
function contains(text: string, part: string): boolean {
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) {
    const before = text[at - 1] ?? ' ';
    const behind = text[at + part.length] ?? ' ';
    const cutsNumber = /\d/.test(part[0]!) && /\d/.test(before);
    const cutsNumberBehind = /\d/.test(part.at(-1)!) && /\d/.test(behind);
    if (!cutsNumber && !cutsNumberBehind) return true;
  }
  return false;
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[*_`]/g, '')
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/[‘’‚′]/g, "'")
    .replace(/[“”„″]/g, '"')
    .replace(/\s+/g, ' ')
    .trim();
}
