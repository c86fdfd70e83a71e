// One canned reply: what calls it, and its text with variables.
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useRef, useState } from 'react';
import type { ReplyVariable } from '#core/reply-variables.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field, Say } from '../parts/field.tsx';
import { problemText } from '../parts/problem.ts';
import { t } from '../text/strings.ts';
import { request } from '../wire/http.ts';
import type { CannedReply } from '../wire/types.ts';

/** The compiler says when one is missing. */
const variableNames: Readonly<Record<ReplyVariable, true>> = {
  customer: true,
  email: true,
  agent: true,
  conversation: true,
  company: true,
};
const variables = Object.keys(variableNames) as ReplyVariable[];

interface ReplyDialogProps {
  /** Undefined: a new one. */
  readonly reply: CannedReply | undefined;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

export function ReplyDialog({ reply, onSaved, onClose }: ReplyDialogProps) {
  const id = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const [shortcut, setShortcut] = useState(reply?.shortcut ?? '');
  const [text, setText] = useState(reply?.text ?? '');
  const save = useMutation({
    mutationFn: () =>
      request(reply ? `/canned-replies/${reply.id}` : '/canned-replies', {
        method: reply ? 'PATCH' : 'POST',
        body: { shortcut, text },
      }),
    onSuccess: onSaved,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const insert = (variable: ReplyVariable) => {
    const at = box.current?.selectionStart ?? text.length;
    const mark = `{{${variable}}}`;
    setText(text.slice(0, at) + mark + text.slice(box.current?.selectionEnd ?? at));
    box.current?.focus();
    requestAnimationFrame(() => box.current?.setSelectionRange(at + mark.length, at + mark.length));
  };
  return (
    <Dialog title={reply ? t.editReply : t.newReply} onClose={onClose}>
      <form onSubmit={submit}>
        <Field
          label={t.shortcut}
          hint={t.shortcutHint}
          value={shortcut}
          maxLength={40}
          pattern="[\p{Ll}\p{Lo}\p{N}_\-]+"
          onChange={({ target }) => setShortcut(target.value.replace(/^\//, '').toLowerCase())}
          autoComplete="off"
          autoCapitalize="none"
          required
        />
        <div className="field">
          <label htmlFor={id}>{t.text}</label>
          <textarea
            ref={box}
            id={id}
            rows={6}
            value={text}
            maxLength={10_000}
            onChange={({ target }) => setText(target.value)}
            required
          />
        </div>
        <fieldset className="field">
          <legend>{t.variables}</legend>
          <div className="tags">
            {variables.map((variable) => (
              <button
                key={variable}
                type="button"
                className="chip"
                title={t[`var_${variable}`]}
                onClick={() => insert(variable)}
              >
                {`{{${variable}}}`}
                <span className="hear"> {t[`var_${variable}`]}</span>
              </button>
            ))}
          </div>
        </fieldset>
        <Say bad={save.error && problemText(save.error)} />
        <div className="row end">
          <button type="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="main" disabled={save.isPending}>
            {t.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
