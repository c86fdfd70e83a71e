// Names groups of texts by the words that set them apart: class-based TF-IDF (Grootendorst, BERTopic, 2022).

const wordsInName = 3;
/** A word that more of the groups share than this tells none apart. */
const mostShare = 0.5;
/** So many texts of a group say it, so that no name is one customer's word. */
const leastTexts = 2;

/** One name a group, unique: its most distinguishing words with hyphens between, such as `refund-card-charged`. */
export function nameClusters(groups: readonly (readonly string[])[]): string[] {
  const counts = groups.map(wordCounts);
  const total = new Map<string, number>();
  const spread = new Map<string, number>();
  let all = 0;
  for (const { words } of counts)
    for (const [word, count] of words) {
      total.set(word, (total.get(word) ?? 0) + count);
      spread.set(word, (spread.get(word) ?? 0) + 1);
      all += count;
    }
  const average = all / Math.max(1, groups.length);
  const taken = new Set<string>();
  return counts.map(({ words, texts, size }, position) => {
    const scored = [...words]
      .filter(
        ([word]) =>
          texts.get(word)! >= Math.min(leastTexts, groups[position]!.length) &&
          (groups.length < 4 || spread.get(word)! <= Math.max(1, mostShare * groups.length)),
      )
      // How many texts say it counts more than how often one text does.
      .map(
        ([word, count]) =>
          [
            word,
            ((texts.get(word)! * Math.sqrt(count)) / size) * Math.log(1 + average / total.get(word)!),
          ] as const,
      )
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const name = distinctStems(scored.map(([word]) => word)).join('-') || 'other';
    let unique = name;
    for (let number = 2; taken.has(unique); number++) unique = `${name}-${number}`;
    taken.add(unique);
    return unique;
  });
}

/** `refund` and `refunded` say the same; a name needs one of them. */
function distinctStems(words: readonly string[]): string[] {
  const chosen: string[] = [];
  for (const word of words) {
    if (chosen.some((other) => other.startsWith(word.slice(0, 4)))) continue;
    chosen.push(word);
    if (chosen.length === wordsInName) break;
  }
  return chosen;
}

function wordCounts(texts: readonly string[]) {
  const words = new Map<string, number>();
  const inTexts = new Map<string, number>();
  let size = 0;
  for (const text of texts) {
    const found = wordsOf(text);
    size += found.length;
    for (const word of found) words.set(word, (words.get(word) ?? 0) + 1);
    for (const word of new Set(found)) inTexts.set(word, (inTexts.get(word) ?? 0) + 1);
  }
  return { words, texts: inTexts, size: Math.max(1, size) };
}

/** Letters alone, of four and more: shorter ones are grammar in the languages that have spaces. Placeholders of redaction are no words. */
function wordsOf(text: string): string[] {
  const words = text
    .replace(/\[[A-Z_a-z]+\]/g, ' ')
    .toLowerCase()
    .match(/\p{L}{4,30}/gu);
  return (words ?? []).filter((word) => !commonWords.has(word));
}

/** What every conversation with a support team is full of. */
const commonWords = new Set(
  (
    'first nobody nothing something anything everything everyone thing things sent send another today tomorrow yesterday morning little ' +
    'lots right left back down never ever ours hers came come comes goes gone went work works working ' +
    'hello please thanks thank would could should have with that this what when where which there they them from your just been does ' +
    'about need want know help like after again also because before being doing even going into only other some still than then these ' +
    'those very will here more make made over same such too were while didn doesn wasn isn cant dont says said tell told ' +
    'guten hallo bitte danke haben kann können nicht eine einen einem einer meine meinen meiner ihre wird werden habe auch noch wenn ' +
    'hola gracias favor para como pero puedo tengo este esta desde está bonjour merci pour avec dans vous mais mon cette bonjour suis ' +
    'olá obrigado obrigada para como minha você'
  ).split(' '),
);
