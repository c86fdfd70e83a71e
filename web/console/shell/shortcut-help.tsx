import { Dialog } from '../parts/dialog.tsx';
import { t } from '../text/strings.ts';

export function ShortcutHelp({ onClose }: { readonly onClose: () => void }) {
  const keys: readonly (readonly [string, string])[] = [
    ['J', t.keysNext],
    ['K', t.keysPrevious],
    ['/', t.keysSearch],
    ['T', t.take],
    ['R', t.keysReply],
    ['N', t.keysNote],
    ['/', t.keysCanned],
    ['Ctrl + Enter', t.keysSend],
    ['A', t.assign],
    ['S', t.snooze],
    ['Q', t.toQueue],
    ['B', t.giveBack],
    ['E', t.resolve],
    ['Esc', t.keysBack],
    ['?', t.keysHelp],
  ];
  return (
    <Dialog title={t.shortcuts} onClose={onClose}>
      <dl className="keys">
        {keys.map(([key, meaning]) => (
          <div key={meaning}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p className="hint">{t.keysOff}</p>
    </Dialog>
  );
}
