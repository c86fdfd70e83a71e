// Of a message with a pasted log what the customer wrote: without the lines of a machine.

/** A message of more words is a paste. */
const longMessage = 80;
/** Times with seconds, stack traces, levels, code that is indented. */
const machineLine =
  /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}|^.{0,24}?(?<!\d)\d{2}:\d{2}:\d{2}(?!\d)|^\s*at \S+ ?\(|^\s*(?:INFO|WARN|ERROR|DEBUG|TRACE)\b|^\s*File "[^"]{1,200}", line \d|^Traceback \(|^(?: {4}|\t)\S/;

export function isLong(message: string): boolean {
  return countWords(message) > longMessage;
}

/** Empty where all of it is a log. */
export function withoutLogs(text: string): string {
  return text
    .split('\n')
    .filter((line) => !isLogLine(line))
    .join('\n');
}

/** What a message says and does is told by this. */
export function spokenIn(message: string): string {
  if (!isLong(message)) return message;
  const spoken = withoutLogs(message).trim();
  return spoken === '' ? message : spoken;
}

function isLogLine(line: string): boolean {
  const start = line.slice(0, 300);
  if (machineLine.test(start)) return true;
  const letters = start.match(/[\p{L}\s]/gu)?.length ?? 0;
  return start.length > 40 && letters / start.length < 0.6;
}

const countWords = (text: string) => text.match(/\S+/g)?.length ?? 0;
