// Pictures of the people who a customer talks to, in the place of their initials. Drawn on canvases, as the customer's own pictures are:
// the page's policy may allow no image of ours.
import type { ClientView } from '../conversation-client.ts';
import type { PersonSideContext } from '../person-side.ts';

export interface Faces {
  /** Before each drawing: what is drawn then gets its pictures. */
  update(view: ClientView): void;
  forget(): void;
}

interface NamedPicture {
  readonly name: string;
  readonly picture: string;
}

export function createFaces({ client, panel, dom }: PersonSideContext): Faces {
  let asked = '';
  let round = 0;
  const byName = new Map<string, ImageBitmap>();

  /** Without an answer the initials stay. */
  async function ask(): Promise<void> {
    round += 1;
    const mine = round;
    const { people }: { people: readonly NamedPicture[] } = await (await client.call('/people')).json();
    for (const { name, picture } of people) {
      const bitmap = await createImageBitmap(await (await client.call(`/people/${picture}`)).blob());
      if (mine !== round) return;
      byName.set(name, bitmap);
    }
    paint();
  }

  function paint(): void {
    for (const avatar of panel.querySelectorAll('.avatar:not(:has(canvas))')) {
      const bitmap = byName.get(avatar.nextSibling?.textContent ?? '');
      if (!bitmap) continue;
      const canvas = dom.element('canvas', { class: 'face', width: bitmap.width, height: bitmap.height });
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
      avatar.replaceChildren(canvas);
    }
  }

  return {
    update({ conversation: { messages } }) {
      const names = [...new Set(messages.map(({ person }) => person ?? ''))].sort().join('\n').trim();
      if (names !== '' && names !== asked) {
        asked = names;
        ask().catch(() => {});
      }
      queueMicrotask(paint);
    },
    forget() {
      round += 1;
      asked = '';
      byName.clear();
    },
  };
}
