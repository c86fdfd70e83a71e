// For how long a visitor may not write.
import { type FormEvent, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { t } from '../text/strings.ts';

const dayMs = 86_400_000;
const spans = [
  ['oneDay', 1],
  ['oneWeek', 7],
  ['oneMonth', 30],
  ['oneYear', 365],
] as const;

interface BlockDialogProps {
  readonly onBlock: (until: Date) => void;
  readonly onClose: () => void;
}

export function BlockDialog({ onBlock, onClose }: BlockDialogProps) {
  const [days, setDays] = useState<number>(7);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onBlock(new Date(Date.now() + days * dayMs));
    onClose();
  };
  return (
    <Dialog title={t.blockTitle} onClose={onClose}>
      <form onSubmit={submit}>
        <p>{t.blockText}</p>
        <fieldset className="field">
          <legend>{t.blockFor}</legend>
          {spans.map(([name, count]) => (
            <label key={name} className="choice">
              <input type="radio" name="days" checked={days === count} onChange={() => setDays(count)} />
              <span>{t[name]}</span>
            </label>
          ))}
        </fieldset>
        <div className="row end">
          <button type="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="main">
            {t.blockDo}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
