// What is shown once: to read, and to copy by one press.
import { useId, useRef, useState } from 'react';
import { t } from '../text/strings.ts';
import { Icon } from './icon.tsx';

export function CopyBox({ label, text }: { readonly label: string; readonly text: string }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [isCopied, setCopied] = useState(false);
  async function copy() {
    input.current?.select();
    // Over plain HTTP there is no clipboard: the text stays selected for Ctrl+C.
    await navigator.clipboard?.writeText(text);
    setCopied(navigator.clipboard !== undefined);
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="row copy-box">
        <input id={id} ref={input} readOnly value={text} onFocus={({ target }) => target.select()} />
        <button type="button" onClick={() => void copy()}>
          {isCopied && <Icon name="check" />}
          <span aria-live="polite">{isCopied ? t.copied : t.copy}</span>
        </button>
      </div>
    </div>
  );
}
