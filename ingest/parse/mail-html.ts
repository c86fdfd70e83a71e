// A turn of a conversation as plain text. Mail programs mark in HTML what they quote and what the signature is: that goes with its mark.
import { serialize } from 'parse5';
import { withoutMarkup } from '#core/inline-markup.ts';
import { parseHtmlText } from './html-text.ts';
import {
  attribute,
  type Element,
  elementsOf,
  lineOf,
  type Parent,
  parseHtml,
  TooManyElementsError,
} from './html-tree.ts';

/** A tag that chats and mails are made of. Plain text speaks of tags, too, but hardly closes one. */
const htmlTag =
  /<\/(?:p|div|span|a|b|i|u|em|strong|ul|ol|li|blockquote|table|tr|td|h[1-6]|pre|code|font|html|body)\s*>|<(?:br|hr|img)\b[^<>]{0,2000}\/?>/i;
const entity = /&(?:nbsp|amp|lt|gt|quot|apos|#\d{2,6}|#x[\da-f]{2,5});/i;

const setsOff = new Set(['b', 'strong', 'code', 'kbd', 'samp', 'button', 'i', 'em']);
const longestLabel = 40;

const quoteMarks =
  /(?:^|\s)(?:(?:x_)?gmail_(?:quote|quote_container|attr|extra|signature)|(?:x_)?moz-(?:cite-prefix|signature|forward-container)|yahoo_quoted|protonmail_(?:quote|signature_block\S*)|zd_(?:quote|quoted)|intercom-quote|front-blockquote|freshdesk_quote|hs_reply|tutanota_quote|mail_quote|appleoriginalcontents|email_?signature|signature)(?:\s|$)/i;
const quoteIds =
  /^(?:x_)?(?:divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|reply-intro|mail-editor-reference-message-container|signature|ms-outlook-mobile-signature|stopSpelling)$/i;
/** What stands behind these in the same container is the earlier mail. */
const earlierFollows =
  /^(?:x_)?(?:divRplyFwdMsg|appendonsend|stopSpelling|mail-editor-reference-message-container)$/i;

export interface TurnText {
  readonly text: string;
  /** Words that its HTML sets off, in small letters: the names of keys and menus. */
  readonly labels?: readonly string[];
}

/** HTML without what it marks as quoted or as a signature; plain text as it is. */
export function turnText(raw: string): TurnText {
  if (!htmlTag.test(raw))
    return {
      text: entity.test(raw) ? parseHtmlText(raw.replaceAll('<', '&lt;').replaceAll('\n', '<br>')).text : raw,
    };
  try {
    const { root } = parseHtml(raw);
    for (const element of [...elementsOf(root, (one) => !isQuote(one))])
      if (isQuote(element)) remove(element);
    const labels = [...elementsOf(root)]
      .filter(({ tagName }) => setsOff.has(tagName))
      .map((element) => lineOf(element))
      .filter((label) => label.length <= longestLabel)
      .flatMap((label) => label.toLowerCase().match(/\p{L}[\p{L}\p{N}'’-]*/gu) ?? []);
    // People say words; addresses behind them lead to one customer's pages.
    const text = withoutMarkup(parseHtmlText(serialize(root)).text);
    return labels.length > 0 ? { text, labels } : { text };
  } catch (error) {
    // The reader says so.
    if (error instanceof TooManyElementsError) return { text: parseHtmlText(raw).text };
    throw error;
  }
}

function isQuote(element: Element): boolean {
  const id = attribute(element, 'id') ?? '';
  return (
    element.tagName === 'blockquote' ||
    quoteIds.test(id) ||
    quoteMarks.test((attribute(element, 'class') ?? '').slice(0, 500))
  );
}

function remove(element: Element): void {
  const parent: Parent | null = element.parentNode;
  const at = parent?.childNodes.indexOf(element) ?? -1;
  if (!parent || at === -1) return;
  parent.childNodes.splice(
    at,
    earlierFollows.test(attribute(element, 'id') ?? '') ? parent.childNodes.length : 1,
  );
}
