// The last wall of the output filter: the ordinary text that is left must not turn into a link, an image, an address or an HTML
// element, also not together with text shown before it. Where two characters would begin one, a space goes between them.
// Markup of our own (citation marks, links that are allowed) passes untouched.

export interface MarkupBreaker {
  text(piece: string): string;
  own(piece: string, kind: 'mark' | 'link' | 'address'): string;
  /** What stands directly before the next character and may be the name in an e-mail address. */
  lastWord(): string;
}

/** Names in e-mail addresses have at most 64 characters (RFC 5321); a longer one is not known to anybody. */
const keptLength = 65;

export function createMarkupBreaker(): MarkupBreaker {
  /** The last characters shown. */
  let before = '';
  /** A link definition begins its line with a bracket, and its label may go over several lines. */
  let line: 'start' | 'bracket' | 'other' = 'start';
  let after: 'address' | 'mailbox' | undefined;

  const follow = (character: string): void => {
    before = (before + character).slice(-keptLength);
    if (character === '\n') line = line === 'bracket' ? 'bracket' : 'start';
    else if (line === 'start' && !/[\s>*+\-\d.)]/.test(character))
      line = character === '[' ? 'bracket' : 'other';
  };

  const wouldOpen = (character: string): boolean => {
    if (before.endsWith(']')) return /[([]/.test(character) || (character === ':' && line === 'bracket');
    if (before.endsWith('<')) return /[a-z/!?]/i.test(character);
    if (before.endsWith(':/')) return character === '/';
    if (before.endsWith('@')) return /[\p{L}\p{N}]/u.test(character);
    return character === '.' && /www$/i.test(before);
  };

  /** An address goes on until a space; sentence marks behind it are not part of it, and quotes not of a mailbox. */
  const wouldExtend = (character: string): boolean => {
    if (!after || /[).,;:!?*_]/.test(character)) return false;
    if (after === 'mailbox' && /["'`”’»›]/.test(character)) return false;
    after = undefined;
    return !/\s/.test(character);
  };

  return {
    lastWord: () => /[\w.+-]*$/.exec(before)![0],
    text(piece) {
      let shown = '';
      for (const character of piece) {
        const parted = wouldExtend(character) || wouldOpen(character);
        if (parted) follow(' ');
        follow(character);
        shown += parted ? ` ${character}` : character;
      }
      return shown;
    },
    own(piece, kind) {
      if (piece === '') return '';
      // `!` in front of a link makes it an image.
      const parted = wouldExtend(piece[0]!) || (kind === 'link' && before.endsWith('!'));
      const shown = parted ? ` ${piece}` : piece;
      for (const character of shown) follow(character);
      after = kind === 'mark' ? undefined : piece.startsWith('@') ? 'mailbox' : 'address';
      return shown;
    },
  };
}
