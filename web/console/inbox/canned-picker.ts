// `/` in a reply opens the canned replies: what is typed behind it narrows them, arrows choose, Enter puts one in.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { t } from '../text/strings.ts';
import { filledRepliesQuery } from '../wire/queries.ts';
import type { FilledReply } from '../wire/types.ts';

/** At the beginning or behind white space, up to the caret. */
const call = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u;
const mostShown = 8;

export interface Picked {
  readonly text: string;
  /** Where the caret goes. */
  readonly caret: number;
  /** Marks in the text that somebody has to fill in. */
  readonly gaps: readonly string[];
}

export interface CannedPicker {
  /** Empty: closed. */
  readonly choices: readonly FilledReply[];
  readonly chosen: number;
  choose(index: number): void;
  /** After each change of text or caret. */
  look(text: string, caret: number): void;
  close(): void;
  pick(text: string, index?: number): Picked | undefined;
}

export function useCannedPicker(id: string, isOn: boolean): CannedPicker {
  const [asked, setAsked] = useState<{
    readonly words: string;
    readonly start: number;
    readonly end: number;
  }>();
  const [chosen, setChosen] = useState(0);
  const { data: replies = [] } = useQuery({
    ...filledRepliesQuery(id),
    enabled: isOn && asked !== undefined,
  });
  const words = asked?.words.toLowerCase() ?? '';
  const choices =
    isOn && asked ? replies.filter(({ shortcut }) => shortcut.includes(words)).slice(0, mostShown) : [];
  const at = Math.min(chosen, choices.length - 1);
  return {
    choices,
    chosen: at,
    choose: (index) => setChosen((index + choices.length) % choices.length),
    look(text, caret) {
      const found = call.exec(text.slice(0, caret));
      if (found?.[1] === asked?.words && found !== null) return;
      setChosen(0);
      setAsked(found ? { words: found[1]!, start: caret - found[1]!.length - 1, end: caret } : undefined);
    },
    close: () => setAsked(undefined),
    pick(text, index = at) {
      const reply = choices[index];
      if (!reply || !asked) return undefined;
      setAsked(undefined);
      const gaps = reply.parts.flatMap((part) => ('missing' in part ? [gapOf(part.missing)] : []));
      const filled = filledText(reply);
      return {
        text: text.slice(0, asked.start) + filled + text.slice(asked.end),
        caret: asked.start + filled.length,
        gaps,
      };
    },
  };
}

type Missing = Extract<FilledReply['parts'][number], { missing: string }>['missing'];

/** Stands where nobody knows the value. A reply with one is not sent. */
function gapOf(variable: Missing): string {
  return `[${t[`var_${variable}`]}]`;
}

export function filledText({ parts }: FilledReply): string {
  return parts.map((part) => ('missing' in part ? gapOf(part.missing) : part.text)).join('');
}
