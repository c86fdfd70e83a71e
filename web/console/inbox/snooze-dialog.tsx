import { type FormEvent, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { Field, Say } from '../parts/field.tsx';
import { t } from '../text/strings.ts';

const opensAt = 9;

/** Tomorrow at 9:00, of the agent's clock. */
export function nextMorning(): Date {
  const date = new Date();
  date.setDate(date.getDate() + 1);
  date.setHours(opensAt, 0, 0, 0);
  return date;
}

/** As `<input type="datetime-local">` has it. */
function localText(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

interface SnoozeDialogProps {
  readonly onSnooze: (until: Date) => void;
  readonly onClose: () => void;
}

export function SnoozeDialog({ onSnooze, onClose }: SnoozeDialogProps) {
  const [text, setText] = useState(() => localText(nextMorning()));
  const [isPast, setPast] = useState(false);
  function submit(event: FormEvent) {
    event.preventDefault();
    const until = new Date(text);
    if (!(until.getTime() > Date.now())) return setPast(true);
    onSnooze(until);
    onClose();
  }
  return (
    <Dialog title={t.snoozeTitle} onClose={onClose}>
      <form onSubmit={submit}>
        <Field
          label={t.snoozeTitle}
          type="datetime-local"
          value={text}
          min={localText(new Date())}
          onChange={({ target }) => setText(target.value)}
          required
        />
        <Say bad={isPast && t.inFuture} />
        <div className="row end">
          <button type="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="main">
            {t.snooze}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
