// What an office document says about itself: docProps/core.xml of Word, Excel and PowerPoint, meta.xml of OpenDocument.
import type { ArticlePart } from './file-part.ts';
import { descendants, parseXml, xmlText } from './xml.ts';

/** What programs write where nobody has given a title. */
const noTitle =
  /^(?:untitled|\(?anonymous\)?|document ?\d*|dokument ?\d*|presentation ?\d*|powerpoint[- ].*|microsoft (?:word|powerpoint|excel)\b.*|slide \d+|title|.*\.(?:docx?|pptx?|xlsx?|odt|indd|tex|pdf))$/i;

export function documentFacts(xml: string | undefined): Pick<ArticlePart, 'title' | 'updated' | 'language'> {
  if (xml === undefined) return {};
  const root = parseXml(xml);
  const fact = (...names: readonly string[]) =>
    xmlText(descendants(root, names).next().value ?? undefined).trim();
  const title = tellingTitle(fact('title'));
  const updated = fact('modified', 'date');
  const language = fact('language');
  return { ...(title ? { title } : {}), ...(updated ? { updated } : {}), ...(language ? { language } : {}) };
}

/** Undefined for what a program made up. */
export function tellingTitle(title: string): string | undefined {
  const trimmed = title.replace(/\s+/g, ' ').trim();
  return trimmed === '' || noTitle.test(trimmed) ? undefined : trimmed;
}
