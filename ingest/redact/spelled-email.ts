// E-mail addresses that somebody spelled: "anna at mail dot com", "anna [at] mail.com", "anna punto gil arroba correo punto es".
import type { Recognizer } from './redact.ts';

const at = 'at|arroba|arobase|arobas|ät|aett|chez';
const dot = 'dot|punto|point|punkt|ponto';
const joiner = `${dot}|underscore|dash|hyphen|guion bajo|guión bajo|guion|guión|tiret bas|tiret|unterstrich|bindestrich|traço|sublinhado`;
const part = '[\\p{L}\\p{N}]{1,30}';
const spoken = (words: string) =>
  `(?:\\s{1,2}(?:${words})\\s{1,2}|\\s{0,2}[\\[({<]\\s?(?:${words})\\s?[\\])}>]\\s{0,2})`;
const local = `(?<![\\p{L}\\p{N}._-])${part}(?:(?:[._+-]|${spoken(joiner)})${part}){0,4}`;
const domain = `${part}(?:-${part}){0,3}(?:(?:\\.|${spoken(dot)})${part}(?:-${part}){0,2}){1,4}`;
const spelled = new RegExp(`${local}(${spoken(at)}|\\s{1,2}@\\s{1,2})(${domain})`, 'giu');
/** "look at example.com" is no address: the "at" or the dot must be spelled as only an address spells it. */
const unmistakable = /[[({<@]|arroba|arobase|ät/iu;
const spokenDot = new RegExp(spoken(dot), 'iu');
/** No domain is called so: "look at the dot in the corner". */
const ordinaryWord =
  /(?<!\p{L})(?:the|a|an|this|that|my|your|our|his|her|in|on|of|is|and|which|el|la|le|les|un|une|der|die|das|den|dem|o|os|as)(?!\p{L})/iu;
const before =
  /(?:e-?mail|mail|correo|courriel)(?:['’]s)?(?:\s(?:address|is|es|est|ist|c['’]est))?[:\s]{1,2}((?:\p{L}{1,20}\s){1,2})$/iu;

export const spelledEmailRecognizer: Recognizer = {
  kind: 'email',
  *find(text) {
    for (const match of text.matchAll(spelled)) {
      const [found, sign = '', host = ''] = match;
      if (!unmistakable.test(sign) && (!spokenDot.test(host) || ordinaryWord.test(host))) continue;
      // "my e-mail is anna berg at …": the first name belongs to it.
      const lead = before.exec(text.slice(Math.max(0, match.index - 70), match.index))?.[1] ?? '';
      yield { kind: 'email', start: match.index - lead.length, end: match.index + found.length };
    }
  },
};
