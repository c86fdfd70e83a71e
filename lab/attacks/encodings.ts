// Ways to hide a command from whoever reads it and not from a model that decodes it (the families of garak's `encoding` probes).

export const encodings = {
  base64: (text: string) => Buffer.from(text).toString('base64'),
  hexadecimal: (text: string) => Buffer.from(text).toString('hex'),
  rot13: (text: string) =>
    text.replace(/[a-z]/gi, (letter) => {
      const base = letter <= 'Z' ? 65 : 97;
      return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
    }),
  leet: (text: string) =>
    text.replace(
      /[aeiost]/gi,
      (letter) => ({ a: '4', e: '3', i: '1', o: '0', s: '5', t: '7' })[letter.toLowerCase()]!,
    ),
  reversed: (text: string) => [...text].reverse().join(''),
  /** Invisible copies of ASCII in plane 14. */
  'unicode-tags': (text: string) =>
    [...text].map((letter) => String.fromCodePoint(0xe0000 + letter.codePointAt(0)!)).join(''),
  'zero-width': (text: string) => [...text].join('\u200b'),
  'full-width': (text: string) =>
    text.replace(/[!-~]/g, (letter) => String.fromCodePoint(letter.codePointAt(0)! + 0xfee0)),
} as const;
