// The language of a piece of code, as highlighters of all kinds write it.
import { attribute, type Element, elementsOf } from './html-tree.ts';

const classNames =
  /(?:^|\s)(?:language|lang|highlight-source|brush:|sourceCode)[-: ]?\s*([a-z][\w#+-]{0,29})(?:[\s;]|$)/i;

/** Undefined where nothing says it, and for plain text. */
export function codeLanguage(pre: Element): string | undefined {
  for (const element of [pre, ...elementsOf(pre)]) {
    const named =
      attribute(element, 'data-language') ??
      attribute(element, 'data-lang') ??
      classNames.exec(attribute(element, 'class') ?? '')?.[1];
    if (named && /^[a-z][\w#+-]{0,29}$/i.test(named))
      return /^(?:text|plain|plaintext|none|txt)$/i.test(named) ? undefined : named.toLowerCase();
  }
  return undefined;
}
