// One line that says what is wrong between the customer and the server, and nothing while all is well.
import type { ClientView } from './conversation-client.ts';
import { icon } from './dom.ts';
import { explainFailure } from './message-view.ts';
import type { Strings } from './strings.ts';

/** A connection that is back this soon was never worth a word. */
const lossShownAfterMs = 1_200;

export interface ConnectionNotice {
  /** `again` is called when there may be something to show without a change of the view; `hint` is shown when nothing is wrong. */
  show(view: ClientView, again: () => void, hint: string): void;
}

export function createConnectionNotice(node: HTMLElement, strings: Strings): ConnectionNotice {
  let lostSince = 0;
  let shown = false;
  return {
    show({ connection, refusal }, again, hint) {
      if (connection === 'lost') {
        lostSince ||= performance.now();
        const waitMs = lostSince + lossShownAfterMs - performance.now();
        if (waitMs > 0) setTimeout(again, waitMs);
        else shown = true;
      } else {
        lostSince = 0;
        shown = false;
      }
      const text = shown ? strings.offline : refusal ? explainFailure(refusal, strings) : hint;
      if (node.textContent !== text) node.replaceChildren(...(text ? [icon('info'), text] : []));
    },
  };
}
