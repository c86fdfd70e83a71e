// Which addresses and tags an answer may show: those that stand, whole, in the passages it was written from.
import { addressesIn, hostOf } from '#core/addresses.ts';
import type { ScoredChunk } from '#core/document.ts';
import { linksIn, withoutMarkup } from '#core/inline-markup.ts';

/** Whether a tag such as `<container>` stands in one of the passages. */
export const heldTags = (passages: readonly ScoredChunk[]) => (tag: string) =>
  passages.some(({ chunk }) => chunk.kind === 'article' && chunk.text.includes(tag));

/**
 * `articleHosts`: hosts of the knowledge base's articles, if it has any. Past conversations also hold addresses that customers were
 * sent by others and asked about, so one that only a conversation holds has to be on a host that articles know.
 */
export function heldAddresses(
  passages: readonly ScoredChunk[],
  articleHosts: ReadonlySet<string> | undefined,
): (address: string) => boolean {
  const held = new Set(
    passages.flatMap(({ chunk }) =>
      [...linksIn(chunk.text), ...addressesIn(`${withoutMarkup(chunk.text)} ${chunk.url ?? ''}`)].filter(
        (address) => chunk.kind === 'article' || !articleHosts || articleHosts.has(hostOf(address)),
      ),
    ),
  );
  // A mailbox, and a host alone, are written in two ways.
  for (const address of [...held]) held.add(address.replace(/^mailto:|\/$/gi, ''));
  return (address) => held.has(address);
}
