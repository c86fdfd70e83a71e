// Answer cards as the YAML that a person edits and `readCardFile` reads.
import { isMap, isSeq, type Node, parseDocument, stringify } from 'yaml';
import type { CardText } from '#core/answer-card.ts';

export interface WrittenCard extends Omit<CardText, 'language'> {
  /** Unique in its file. */
  readonly id: string;
  readonly language?: string;
}

/** `comment`: lines for the person, above the cards. */
export function cardsToYaml(cards: readonly WrittenCard[], comment = ''): string {
  const lines = comment === '' ? '' : `${comment.replace(/^/gm, '# ')}\n`;
  const entries = cards.map(({ validUntil, product, author, reviewer, language, reviewed, ...card }) => ({
    id: card.id,
    kind: card.kind,
    ...(product === undefined ? {} : { product }),
    questions: card.questions,
    answer: card.answer,
    audience: card.audience,
    ...(language === undefined ? {} : { language }),
    sources: card.sources,
    ...(validUntil === undefined ? {} : { valid_until: validUntil }),
    ...(author === undefined ? {} : { author }),
    ...(reviewer === undefined ? {} : { reviewer }),
    state: card.state,
    ...(reviewed === undefined ? {} : { reviewed }),
  }));
  return `${lines}${stringify({ cards: entries }, { lineWidth: 0, schema: 'core' })}`;
}

/** Undefined: the card stays as it is. */
export type Review = (
  id: string,
) => { readonly reviewed: Readonly<Record<string, string>>; readonly reviewer?: string } | undefined;

/** The same file with the versions that were reviewed; comments and order stay. */
export function withReviews(
  yaml: string,
  review: Review,
): { readonly yaml: string; readonly reviewed: readonly string[] } {
  const document = parseDocument(yaml, { schema: 'core' });
  const root: Node | null = document.contents;
  const list = isMap(root) ? root.get('cards', true) : root;
  const done: string[] = [];
  for (const item of isSeq(list) ? list.items : []) {
    if (!isMap(item)) continue;
    const id = String(item.get('id')).trim();
    const verdict = review(id);
    if (!verdict) continue;
    item.set('reviewed', document.createNode(verdict.reviewed));
    if (verdict.reviewer !== undefined) item.set('reviewer', verdict.reviewer);
    done.push(id);
  }
  return { yaml: done.length > 0 ? document.toString({ lineWidth: 0 }) : yaml, reviewed: done };
}
