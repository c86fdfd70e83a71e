// The words stand in the address, so that a search can be kept and sent to a colleague.
import { useNavigate } from '@tanstack/react-router';
import { type Ref, useEffect, useState } from 'react';
import { Icon } from '../parts/icon.tsx';
import { t } from '../text/strings.ts';

/** After the last key. */
const pauseMs = 300;

export function SearchField({ ref, value }: { readonly ref: Ref<HTMLInputElement>; readonly value: string }) {
  const navigate = useNavigate();
  const [words, setWords] = useState(value);
  // The address changed by other means: a view was chosen, or the browser went back.
  useEffect(() => setWords(value), [value]);
  useEffect(() => {
    const trimmed = words.trim();
    if (trimmed === value) return;
    const timer = setTimeout(() => {
      void navigate({
        to: '.',
        search: ({ search: _, ...rest }) => (trimmed ? { ...rest, search: trimmed } : rest),
        replace: true,
      });
    }, pauseMs);
    return () => clearTimeout(timer);
  }, [words, value, navigate]);
  return (
    <search className="search">
      <Icon name="search" />
      <input
        ref={ref}
        type="search"
        aria-label={t.search}
        placeholder={t.search}
        value={words}
        maxLength={200}
        onChange={({ target }) => setWords(target.value)}
        onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
      />
    </search>
  );
}
