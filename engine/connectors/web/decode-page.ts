// The text of a page, in the encoding that it says it is in, or looks like.
import { detect } from 'chardet';

/** As far as browsers look for `<meta charset>`, with room for a long head. */
const headBytes = 4_096;

/** Enough to tell an encoding by its letters. */
const sampleBytes = 65_536;

/** `contentTypeHeader` is the header as it came. Bytes that are no text become U+FFFD. */
export function decodePage(bytes: Buffer, contentTypeHeader = ''): string {
  const head = bytes.subarray(0, headBytes).toString('latin1');
  const stated = [
    byteOrderMark(bytes),
    /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentTypeHeader)?.[1],
    charsetOfMeta(head),
  ];
  // Servers say UTF-8 of whatever they serve: what cannot be right is passed over.
  for (const label of [...stated, 'utf-8']) {
    const text = label && decode(bytes, label, { fatal: true });
    if (text !== undefined && text !== '') return text;
  }
  const guess = detect(bytes.subarray(0, sampleBytes)) ?? 'windows-1252';
  return decode(bytes, guess, { fatal: true }) ?? decode(bytes, 'windows-1252', { fatal: false }) ?? '';
}

function byteOrderMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
}

/** Where this could be read, the page cannot be UTF-16. */
function charsetOfMeta(head: string): string | undefined {
  const label = /<meta[^<>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head)?.[1];
  return label && (/^utf-?16/i.test(label) ? 'utf-8' : label);
}

function decode(bytes: Buffer, label: string, options: { readonly fatal: boolean }): string | undefined {
  try {
    return new TextDecoder(label, options).decode(bytes);
  } catch {
    // An encoding that is not known, or bytes that are none of it.
    return undefined;
  }
}
