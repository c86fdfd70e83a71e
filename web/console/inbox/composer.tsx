// Where an agent writes: private notes always, replies once they have taken the conversation over.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Icon } from '../parts/icon.tsx';
import { useDesk } from '../shell/context.ts';
import { useKeys } from '../shell/use-keys.ts';
import { fill, t } from '../text/strings.ts';
import { post, Unreachable } from '../wire/http.ts';
import { refreshLists } from '../wire/live.ts';
import { caseQuery } from '../wire/queries.ts';
import type { Handling } from '../wire/types.ts';
import { type Draft, idFor, keepDraft, readDraft } from './draft.ts';
import { type CaseActions, refusalText } from './use-case-actions.ts';

/** Without a key for this long, nobody writes. */
const typingMs = 4_000;

interface ComposerProps {
  readonly id: string;
  readonly handling: Handling;
  readonly actions: CaseActions;
}

export function Composer({ id, handling, actions }: ComposerProps) {
  const { may, live } = useDesk();
  const client = useQueryClient();
  const box = useRef<HTMLTextAreaElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [draft, setDraft] = useState(() => readDraft(id));
  const { isMine } = actions;
  const mode = isMine ? draft.mode : 'note';
  const text = draft.text.trim();

  const change = (next: Partial<Draft>) => {
    const changed = { ...draft, ...next };
    setDraft(changed);
    keepDraft(id, changed);
  };
  const stopTyping = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
    live.typing(false);
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  const send = useMutation({
    mutationFn: (message: { id: string; text: string; mode: Draft['mode'] }) =>
      post(`/inbox/${id}/${message.mode === 'note' ? 'notes' : 'messages'}`, {
        id: message.id,
        text: message.text,
      }),
    onSuccess(_, message) {
      // What was typed while it was on its way stays.
      setDraft(({ sent: _sent, ...rest }) => {
        const left = { ...rest, text: rest.text.trim() === message.text ? '' : rest.text };
        keepDraft(id, left);
        return left;
      });
    },
    async onSettled() {
      await client.invalidateQueries(caseQuery(id));
      await refreshLists(client, id);
    },
  });

  function submit(event?: FormEvent) {
    event?.preventDefault();
    if (text === '' || send.isPending || !actions.isOnline) return;
    const messageId = idFor(draft, text);
    change({ sent: { id: messageId, text } });
    stopTyping();
    send.mutate({ id: messageId, text, mode });
  }

  function press(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
    else if (event.key === 'Escape') box.current?.blur();
  }

  function type(value: string) {
    change({ text: value });
    if (mode !== 'reply') return;
    if (timer.current === undefined) live.typing(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(stopTyping, typingMs);
  }

  const focusOn = (wanted: Draft['mode']) => {
    change({ mode: wanted });
    box.current?.focus();
  };
  useKeys({ r: isMine ? () => focusOn('reply') : undefined, n: () => focusOn('note') });

  if (!may('inbox:work')) return <p className="composer-locked">{t.readOnly}</p>;
  const owner = handling.state === 'person' && !isMine ? handling.owner?.name : undefined;
  const problem =
    send.error && (send.error instanceof Unreachable ? t.notSent : refusalText(send.error, owner));
  return (
    <form className={`composer ${mode}`} onSubmit={submit}>
      <div className="composer-top">
        <fieldset className="modes">
          <legend className="hear">{t.more}</legend>
          {(['reply', 'note'] as const).map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="mode"
                checked={mode === name}
                disabled={name === 'reply' && !isMine}
                onChange={() => change({ mode: name })}
              />
              <span>{name === 'reply' ? t.reply : t.note}</span>
            </label>
          ))}
        </fieldset>
        {!isMine && <p className="hint">{owner === undefined ? t.locked : fill(t.lockedOther, owner)}</p>}
      </div>
      <textarea
        ref={box}
        aria-label={mode === 'reply' ? t.replyTo : t.writeNote}
        placeholder={mode === 'reply' ? t.replyTo : t.writeNote}
        rows={3}
        value={draft.text}
        onChange={({ target }) => type(target.value)}
        onKeyDown={press}
        onBlur={stopTyping}
      />
      <div className="composer-end">
        <div role="alert">{problem && <p className="bad">{problem}</p>}</div>
        <span className="hint keys-hint">{t.sendHint}</span>
        <button type="submit" className="main" disabled={text === '' || send.isPending || !actions.isOnline}>
          <Icon name={mode === 'reply' ? 'send' : 'note'} />
          {mode === 'reply' ? t.send : t.addNote}
        </button>
      </div>
    </form>
  );
}
