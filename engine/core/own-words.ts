// What the sender of a mail wrote, without what else is in it: quoted earlier mails, salutation, signature, notices. Line by line, so that
// the work grows with the length whatever the text.
import {
  addressee,
  cardLine,
  cardRest,
  contactLine,
  datedAddress,
  deviceOrApp,
  greeting,
  headerLabels,
  nameLine,
  notices,
  parting,
  partingWithName,
  quoteTitle,
  replyMarker,
  sentFrom,
  valediction,
  valedictionWithName,
  wroteVerb,
} from './mail-phrases.ts';

/** A line that mail programs wrap their "On … wrote:" into at most so many lines of at most so many characters. */
const attribution = { lines: 4, characters: 300 };
/** Lines that are looked at for the labels of a header block. */
const headerLines = 8;
/** A line of a signature is shorter. */
const longestSignatureLine = 160;
/** Below "-- " stands a signature only if it is not longer. */
const mostSignatureLines = 25;
/** Mail programs wrap quoted lines at about 72 characters and leave the rest without its ">". */
const wrappedFrom = 55;

/** `text`: plain, with `\n` at line ends. Empty where nothing is the sender's own. */
export function ownWords(text: string): string {
  const unquoted = withoutQuotes(text.split('\n'));
  return withoutSalutation(withoutEnd(unquoted))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function withoutQuotes(lines: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    if (quoteTitle.test(short(line)) || isHeaderBlock(lines, at)) break;
    if (replyMarker.test(short(line))) {
      if (kept.some((earlier) => earlier.trim() !== '')) break;
      at += 1;
      continue;
    }
    const length = attributionLength(lines, at);
    if (length > 0) {
      const next = nextWritten(lines, at + length);
      // Not marked, the quotation goes to the end of the mail.
      if (next === undefined || !isMarked(lines[next]!)) break;
      at = next;
      continue;
    }
    if (isMarked(line)) {
      at += 1;
      // The rest of a quoted line that was wrapped.
      if (line.length >= wrappedFrom && isWrappedRest(line, lines[at])) at += 1;
      continue;
    }
    kept.push(line);
    at += 1;
  }
  return kept;
}

const isMarked = (line: string) => /^\s{0,3}(?:[>|]\s?)*>/.test(line);

function isWrappedRest(quoted: string, rest: string | undefined): boolean {
  return (
    rest !== undefined &&
    rest.trim() !== '' &&
    !isMarked(rest) &&
    !/[.!?:;]["'”»)]?\s*$/.test(quoted) &&
    /^\p{Ll}/u.test(rest)
  );
}

/** How many lines from `at` on say "On … wrote:"; 0 if they do not. */
function attributionLength(lines: readonly string[], at: number): number {
  let joined = '';
  for (let count = 1; count <= attribution.lines && at + count <= lines.length; count += 1) {
    const line = lines[at + count - 1]!.replace(/^\s{0,3}>+\s?/, '').trim();
    if (line === '' || joined.length + line.length > attribution.characters) return 0;
    joined = joined === '' ? line : `${joined} ${line}`;
    if (/[:：]\s*[*_-]*$/.test(joined) && isAttribution(joined)) return count;
    // A sentence ends here: what follows is another.
    if (/[.!?]$/.test(line) && !/\b(?:\p{L}{1,4}|\d{1,2})\.$/u.test(line)) return 0;
  }
  return 0;
}

const address = /[\w.+-]{1,64}@[\w.-]{1,190}|\[EMAIL\]/;

const datedName =
  /^[\s_*-]{0,4}\p{Lu}[\p{L}'’.-]{0,30}(?: \p{Lu}[\p{L}'’.-]{0,30}){0,3}(?:,| \(| <).{0,100}\b(?:19|20)\d{2}\b.{0,20}[:：]$/u;

function isAttribution(line: string): boolean {
  if (wroteVerb.test(line)) return datedAddress.test(line) || address.test(line);
  // Some programs have no verb: "2024-05-01 10:00 GMT+02:00 Dora Pell <dora@mail.example>:", "Dora Pell, May 1, 2024, 10:00:".
  return (
    datedAddress.test(line) &&
    (/[<[(](?:mailto:)?[^\s<>]{1,64}@[^\s<>]{1,190}[>\])]+[\s:：]*$/.test(line) || datedName.test(line))
  );
}

/** "From: … Sent: … To: … Subject: …", one a line or all on one. */
function isHeaderBlock(lines: readonly string[], at: number): boolean {
  if (labelOf(lines[at]!) !== 'from' && labelOf(lines[at]!) !== 'sent' && labelOf(lines[at]!) !== 'subject')
    return false;
  const found = new Set<string>();
  for (const line of lines.slice(at, at + headerLines)) {
    const label = labelOf(line);
    if (label !== undefined) found.add(label);
    else if (found.size > 0 && line.trim() === '' && found.size > 1) break;
  }
  const flat = lines[at]!.slice(0, 500);
  for (const [, label] of flat.matchAll(/(?:^|\s)\*?([\p{L}-]{1,15})\*?\s?[:：]/gu)) {
    const kind = kindOf(label!);
    if (kind !== undefined) found.add(kind);
  }
  return (
    found.has('from') &&
    (found.has('sent') || found.has('subject')) &&
    found.size >= 2 &&
    hasSender(lines, at)
  );
}

/** "From: Monday / Date: …" in an answer is no header: a subject or an addressee is there too, or a sender with an address. */
function hasSender(lines: readonly string[], at: number): boolean {
  const block = lines
    .slice(at, at + headerLines)
    .join('\n')
    .slice(0, 2_000);
  const labels = new Set(
    [...block.matchAll(/(?:^|\s)\*?([\p{L}'’ -]{1,20}?)\*?\s?[:：]/gmu)].map(([, label]) =>
      kindOf(label!.trim()),
    ),
  );
  return (
    (labels.has('subject') || labels.has('to') || wasSent.test(block) || address.test(block)) &&
    labels.size > 1
  );
}

/** Of the labels of the date those that say nothing else. */
const wasSent =
  /(?:^|\s)\*?(?:sent|gesendet|envoyé|enviad[oa]|inviato|verzonden|wysłano|skickat|sendt)(?: \p{L}{1,3})?\*?\s?:/imu;

function labelOf(line: string): string | undefined {
  const label = /^[\s*_>]{0,6}([\p{L}'’ -]{1,20}?)[*_]{0,2}\s?[:：]/u.exec(line)?.[1];
  return label === undefined ? undefined : kindOf(label.trim());
}

function kindOf(label: string): string | undefined {
  return headerLabels.find(([, pattern]) => pattern.test(label))?.[0];
}

/** Without signature, notices and what a mail program adds. */
function withoutEnd(all: readonly string[]): string[] {
  let lines = paragraphsOf(all)
    .filter((paragraph) => !isNotice(paragraph))
    .flatMap((paragraph) => [...paragraph, '']);
  const cut = lines.findIndex((_line, at) => beginsSignature(lines, at));
  if (cut !== -1) lines = lines.slice(0, cut);
  return withoutCard(lines);
}

function paragraphsOf(lines: readonly string[]): string[][] {
  const paragraphs: string[][] = [[]];
  for (const line of lines) {
    if (line.trim() !== '') paragraphs.at(-1)!.push(line);
    else if (paragraphs.at(-1)!.length > 0) paragraphs.push([]);
  }
  return paragraphs.filter((paragraph) => paragraph.length > 0);
}

function isNotice(paragraph: readonly string[]): boolean {
  const flat = paragraph.join(' ').slice(0, 2_000);
  return notices.some((pattern) => pattern.test(flat));
}

function beginsSignature(lines: readonly string[], at: number): boolean {
  const line = short(lines[at]!).trim();
  if (line === '') return false;
  if (/^(?:--|—|__)$/.test(line)) return lines.length - at <= mostSignatureLines;
  if (sentFrom.test(line)) return line.length <= 100 && deviceOrApp.test(line);
  if (valedictionWithName.test(line)) return true;
  if (valediction.test(line)) return !isGreetingOnly(lines, at);
  const next = nextWritten(lines, at + 1);
  if (next === undefined && partingWithName.test(line)) return hasWords(lines.slice(0, at));
  if (!parting.test(line)) return false;
  return next === undefined ? hasWords(lines.slice(0, at)) : nameLine.test(short(lines[next]!));
}

/** "Best" at the very beginning ends nothing. */
function isGreetingOnly(lines: readonly string[], at: number): boolean {
  return !hasWords(lines.slice(0, at)) && hasWords(lines.slice(at + 1));
}

/** Lines of a business card with what stands around them, and names at the end of a mail of several paragraphs. */
function withoutCard(lines: readonly string[]): string[] {
  const kept = [...lines];
  const first = kept.findIndex((line) => hasWords([line]));
  const trim = () => {
    while (kept.length > 0 && (kept.at(-1)!.trim() === '' || /^\s*[_=*-]{2,}\s*$/.test(short(kept.at(-1)!))))
      kept.pop();
  };
  for (let isCard = false; ; ) {
    trim();
    const line = short(kept.at(-1) ?? '');
    if (line === '' || kept.length - 1 <= first) return kept;
    const isContact = contactLine.test(line) || cardLine.test(line);
    isCard ||= isContact;
    if (isContact || (isCard && cardRest.test(line))) kept.pop();
    else if (signs(kept)) kept.splice(kept.findLastIndex((one) => one.trim() === ''));
    else return kept;
  }
}

/** The last paragraph is a name, with a function or a company under it at most. */
function signs(lines: readonly string[]): boolean {
  const blank = lines.findLastIndex((line) => line.trim() === '');
  const [name = '', ...rest] = lines.slice(blank + 1, blank + 5);
  return (
    blank > 0 &&
    lines.length - blank <= 4 &&
    nameLine.test(short(name)) &&
    rest.every((line) => /^\p{Lu}/u.test(line) && cardRest.test(line))
  );
}

function withoutSalutation(lines: readonly string[]): string[] {
  const first = nextWritten(lines, 0);
  if (first === undefined) return [];
  const line = lines[first]!.trim();
  const greeted = greeting.exec(line)?.[0];
  const to =
    greeted === undefined ? undefined : addressee.exec(line.slice(greeted.length, greeted.length + 120));
  if (greeted === undefined || !to) return [...lines];
  const rest = line.slice(greeted.length + to[0].length);
  // Without a sign after the name, the greeting is part of the sentence.
  if (rest !== '' && to[1] === '') return [...lines];
  return begun(rest === '' ? lines.slice(first + 1) : [rest, ...lines.slice(first + 1)]);
}

/** With a capital where a sentence goes on from the salutation: "Hello Dora, please …". */
function begun(lines: readonly string[]): string[] {
  const first = nextWritten(lines, 0);
  if (first === undefined) return [];
  const line = lines[first]!.trimStart();
  return [
    /^\p{Ll}+(?:\s|,)/u.test(line) ? line[0]!.toUpperCase() + line.slice(1) : line,
    ...lines.slice(first + 1),
  ];
}

function nextWritten(lines: readonly string[], from: number): number | undefined {
  for (let at = from; at < lines.length; at += 1) if (lines[at]!.trim() !== '') return at;
  return undefined;
}

const hasWords = (lines: readonly string[]) => lines.some((line) => /[\p{L}\p{N}]/u.test(line));

/** Longer lines are prose: no pattern has to read them to their end. */
const short = (line: string) => (line.length > longestSignatureLine ? '' : line);
