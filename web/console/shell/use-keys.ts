import { useEffect, useRef } from 'react';
import { preferences } from '../wire/preferences.ts';

/** Keys without Ctrl, by their names in lower case, outside text fields, menus and dialogs. */
export function useKeys(actions: Readonly<Record<string, (() => void) | undefined>>): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    function press(event: KeyboardEvent) {
      const { key, ctrlKey, metaKey, altKey, target, defaultPrevented } = event;
      if (defaultPrevented || ctrlKey || metaKey || altKey || !preferences().singleKeys) return;
      if (target instanceof Element && target.closest('input, textarea, select, dialog, [role=menu]')) return;
      if (document.querySelector('dialog[open]')) return;
      const action = latest.current[key.toLowerCase()];
      if (!action) return;
      event.preventDefault();
      action();
    }
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
