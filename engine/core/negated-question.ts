// Questions for what is excepted: "which cards do you not take?" Articles say what holds, and beside it what does not. So such a question
// is also looked up without its "not", and a sentence that denies answers it. "Why does it not start?" is no such question.

const asks =
  '(?:which|what|who|whom|where|welche[rsnm]?|was|wer|wo|quels?|quelles?|que|qui|qu[eé]|cu[aá]les?|qui[eé]n|quais|qual|quem)';
/** The clause that asks: what stands behind "if" or a comma is another one. */
const clause =
  '(?:(?!(?<!\\p{L})(?:if|when|because|that|after|wenn|weil|dass|si|cuando|porque|quand|se|quando)(?!\\p{L}))[^,.;!?\\n]){0,80}?';
const denials: readonly RegExp[] = [
  new RegExp(
    `^(\\P{L}*(?:and |but |so )?(?:${asks}|when|wann|cu[aá]ndo|quando|quand)(?!\\p{L})${clause})(?<!\\p{L})(ca|wo|do|does|did|is|are|was|were|could|would|should|have|has)n['’]?t(?!\\p{L})`,
    'iu',
  ),
  new RegExp(
    `^(\\P{L}*(?:and |but |so |und |y |et |e )?(?:${asks}|when|wann|cu[aá]ndo|quando|quand)(?!\\p{L})${clause})(?<!\\p{L})(?:can(?=not(?!\\p{L})))?(?:not|nicht|não|no|pas)(?!\\p{L})`,
    'iu',
  ),
];
const irregular: Readonly<Record<string, string>> = { ca: 'can', wo: 'will' };

/** The question without its "not"; undefined where it asks for no exception. */
export function withoutDenial(question: string): string | undefined {
  const [contracted, apart] = denials;
  const short = contracted!.exec(question);
  if (short) {
    const verb = short[2]!;
    return `${short[1]}${irregular[verb.toLowerCase()] ?? verb}${question.slice(short[0].length)}`;
  }
  const long = apart!.exec(question);
  if (!long) return undefined;
  const verb = /can$/i.test(long[0].replace(/not$/i, '')) ? 'can ' : '';
  return `${long[1]}${verb}${question.slice(long[0].length)}`
    .replace(/ {2,}/g, ' ')
    .replace(/ (?=[?!.]*$)/, '');
}

const denying =
  /(?<!\p{L})(?:not|cannot|can['’]t|\p{L}+n['’]t|never|no|none|neither|nor|except|excluding|unless|only|without|nicht|keine?[mnrs]?|nie|außer|nur|no|nunca|ning[uú]n\p{L}*|excepto|salvo|solo|ne|pas|jamais|aucune?|sauf|não|nenhum\p{L}*|exceto)(?!\p{L})|[不没无]/iu;

/** Whether `text` says what does not hold. */
export function isDenial(text: string): boolean {
  return denying.test(text);
}
