// `{{customer}}` and the like in canned replies. A name that is not known is refused when the reply is saved; a value that is not known is
// named, so that nobody sends a hole.

export const replyVariables = ['customer', 'email', 'agent', 'conversation', 'company'] as const;
export type ReplyVariable = (typeof replyVariables)[number];

export type ReplyValues = Readonly<Partial<Record<ReplyVariable, string>>>;

/** In order: text, and the variables whose value is not known. */
export type ReplyPart = { readonly text: string } | { readonly missing: ReplyVariable };

const pattern = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Names in the text that stand for nothing. */
export function unknownVariables(text: string): string[] {
  const names = [...text.matchAll(pattern)].map(([, name = '']) => name);
  return [...new Set(names.filter((name) => !isVariable(name)))];
}

/** What was filled in is not looked through again: a customer's name may hold braces. */
export function fillVariables(text: string, values: ReplyValues): ReplyPart[] {
  const parts: ReplyPart[] = [];
  const say = (said: string) => {
    const last = parts.at(-1);
    if (said === '') return;
    if (last && 'text' in last) parts[parts.length - 1] = { text: last.text + said };
    else parts.push({ text: said });
  };
  let done = 0;
  for (const { 0: whole, 1: name = '', index } of text.matchAll(pattern)) {
    say(text.slice(done, index));
    done = index + whole.length;
    if (!isVariable(name)) say(whole);
    else if (values[name]) say(values[name]);
    else parts.push({ missing: name });
  }
  say(text.slice(done));
  return parts;
}

function isVariable(name: string): name is ReplyVariable {
  return (replyVariables as readonly string[]).includes(name);
}
