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
import type { CaseDetails } from '../wire/types.ts';
import { filledText, useCannedPicker } from './canned-picker.ts';
import { type Draft, idFor, keepDraft, readDraft } from './draft.ts';
import { Suggestion } from './suggestion.tsx';
import { type CaseActions, refusalText } from './use-case-actions.ts';

/** Without a key for this long, nobody writes. */
const typingMs = 4_000;

interface ComposerProps {
  readonly id: string;
  readonly details: CaseDetails;
  readonly actions: CaseActions;
}

export function Composer({ id, details, actions }: ComposerProps) {
  const { handling } = details.item;
  const { may, live, me } = useDesk();
  const client = useQueryClient();
  const box = useRef<HTMLTextAreaElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [draft, setDraft] = useState(() => readDraft(id));
  const { isMine } = actions;
  const mode = isMine ? draft.mode : 'note';
  const text = draft.text.trim();
  const picker = useCannedPicker(id, mode === 'reply');
  const gaps = mode === 'reply' ? (draft.gaps ?? []).filter((gap) => text.includes(gap)) : [];
  const other = details.present.find(({ person, typing }) => typing && person.id !== me.person.id);
  const canSend = text !== '' && gaps.length === 0 && actions.isOnline;

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
    if (!canSend || send.isPending) return;
    const messageId = idFor(draft, text);
    change({ sent: { id: messageId, text } });
    stopTyping();
    send.mutate({ id: messageId, text, mode });
  }

  function pick(index?: number) {
    const picked = picker.pick(draft.text, index);
    if (!picked) return;
    change({ text: picked.text, gaps: [...new Set([...(draft.gaps ?? []), ...picked.gaps])] });
    box.current?.focus();
    // The text is there after the next drawing.
    requestAnimationFrame(() => box.current?.setSelectionRange(picked.caret, picked.caret));
  }

  /** True if the list of canned replies took the key. */
  function pressInList(event: KeyboardEvent<HTMLTextAreaElement>): boolean {
    if (picker.choices.length === 0 || event.ctrlKey || event.metaKey) return false;
    switch (event.key) {
      case 'ArrowDown':
        picker.choose(picker.chosen + 1);
        break;
      case 'ArrowUp':
        picker.choose(picker.chosen - 1);
        break;
      case 'Enter':
      case 'Tab':
        pick();
        break;
      case 'Escape':
        picker.close();
        break;
      default:
        return false;
    }
    event.preventDefault();
    return true;
  }

  function askForList() {
    const at = box.current?.selectionStart ?? draft.text.length;
    const before = draft.text.slice(0, at);
    const slash = before === '' || /\s$/.test(before) ? '/' : ' /';
    change({ text: before + slash + draft.text.slice(at), mode: 'reply' });
    picker.look(before + slash, at + slash.length);
    box.current?.focus();
    requestAnimationFrame(() => box.current?.setSelectionRange(at + slash.length, at + slash.length));
  }

  function press(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (pressInList(event)) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
    else if (event.key === 'Escape') box.current?.blur();
  }

  function type(value: string) {
    change({ text: value });
    if (mode !== 'reply') return;
    picker.look(value, box.current?.selectionStart ?? value.length);
    if (timer.current === undefined) live.typing(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(stopTyping, typingMs);
  }

  function insert(suggested: string) {
    change({ mode: 'reply', text: text === '' ? suggested : `${draft.text.trimEnd()}\n\n${suggested}` });
    box.current?.focus();
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
  const listId = `canned-${id}`;
  return (
    <>
      {isMine && <Suggestion details={details} onUse={insert} />}
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
          {isMine && (
            <button type="button" className="quiet insert" title={t.insertReply} onClick={askForList}>
              <Icon name="reply" />
              <span className="hear">{t.insertReply}</span>
            </button>
          )}
          {!isMine && <p className="hint">{owner === undefined ? t.locked : fill(t.lockedOther, owner)}</p>}
        </div>
        {picker.choices.length > 0 && (
          <div className="canned" id={listId} role="listbox" aria-label={t.cannedReplies}>
            {picker.choices.map((reply, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the text field.
              <div
                key={reply.id}
                id={`${listId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === picker.chosen}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => pick(index)}
              >
                <kbd>/{reply.shortcut}</kbd>
                <span>{filledText(reply)}</span>
              </div>
            ))}
          </div>
        )}
        <textarea
          ref={box}
          aria-autocomplete="list"
          aria-controls={picker.choices.length > 0 ? listId : undefined}
          aria-activedescendant={picker.choices.length > 0 ? `${listId}-${picker.chosen}` : undefined}
          aria-label={mode === 'reply' ? t.replyTo : t.writeNote}
          placeholder={mode === 'reply' ? t.replyTo : t.writeNote}
          rows={3}
          value={draft.text}
          onChange={({ target }) => type(target.value)}
          onKeyDown={press}
          onBlur={() => {
            stopTyping();
            picker.close();
          }}
        />
        <div className="composer-end">
          <div role="alert">
            {problem && <p className="bad">{problem}</p>}
            {gaps.length > 0 && <p className="bad">{fill(t.gaps, gaps.join(', '))}</p>}
            {other && text !== '' && mode === 'reply' && (
              <p className="bad">{fill(t.bothWrite, other.person.name)}</p>
            )}
          </div>
          <span className="hint keys-hint">{t.sendHint}</span>
          <button type="submit" className="main" disabled={!canSend || send.isPending}>
            <Icon name={mode === 'reply' ? 'send' : 'note'} />
            {mode === 'reply' ? t.send : t.addNote}
          </button>
        </div>
      </form>
    </>
  );
}
