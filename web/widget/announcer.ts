// Tells a screen reader what the assistant writes, one finished sentence at a time, instead of every token.

export interface Announcer {
  readonly node: HTMLElement;
  /** `text` is all of message `id` so far; what was read out already is not repeated. */
  streaming(id: string, text: string, finished: boolean): void;
  say(text: string): void;
}

export function createAnnouncer(language: string): Announcer {
  const node = document.createElement('div');
  node.className = 'hear';
  node.setAttribute('aria-live', 'polite');
  node.setAttribute('aria-atomic', 'false');
  const said = new Map<string, string>();

  function say(text: string): void {
    if (text.trim() === '') return;
    const line = document.createElement('div');
    line.textContent = text.trim();
    node.append(line);
    while (node.childElementCount > 20) node.firstElementChild?.remove();
  }

  return {
    node,
    say,
    streaming(id, text, finished) {
      // What was replaced is read out anew.
      const before = said.get(id) ?? '';
      const from = text.startsWith(before) ? before.length : 0;
      const end = finished ? text.length : from + finishedSentences(text.slice(from), language);
      if (end <= from) return;
      said.set(id, text.slice(0, end));
      say(text.slice(from, end));
    },
  };
}

/** Length of the sentences in `text` after which another has begun (Unicode UAX 29). */
export function finishedSentences(text: string, language: string): number {
  const segments = [...new Intl.Segmenter(language, { granularity: 'sentence' }).segment(text)];
  return segments.at(-1)?.index ?? 0;
}
