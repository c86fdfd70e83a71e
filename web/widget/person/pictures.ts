// Pictures of the customer: from the button, the clipboard or a drop, sent once each, and drawn where the page's policy allows no image of
// ours: on a canvas.
import type { Picture } from '#core/conversation.ts';
import type { ClientView } from '../conversation-client.ts';
import type { PersonSideContext } from '../person-side.ts';
import type { PersonStrings } from './person-strings.ts';

export interface Pictures {
  /** Shows or hides the button. */
  allow(isAllowed: boolean): void;
  draw(target: HTMLElement, pictures: readonly Picture[]): void;
  /** What is on its way and not in the journal yet. */
  outgoing(view: ClientView): readonly Node[];
  forget(): void;
  dispose(): void;
}

interface Outgoing {
  readonly id: string;
  readonly file: Blob;
  readonly node: HTMLElement;
  readonly note: HTMLElement;
  state: 'queued' | 'sending' | 'sent' | 'failed';
}

const kinds = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];
const longestPicture = 8 * 1024 * 1024;
/** Of a picture as drawn, CSS pixels. */
const widest = 240;
const highest = 220;
const pauseMs = [500, 2_000, 8_000];

export function createPictures(context: PersonSideContext, strings: PersonStrings): Pictures {
  const {
    dom: { drawing, element, iconButton, textButton },
    client,
    composer,
    panel,
    settings,
    say,
    explain,
    render,
  } = context;
  let isAllowed = false;
  let waiting: Outgoing[] = [];
  let complaint: HTMLElement | undefined;
  const blobs = new Map<string, Promise<Blob>>();

  const input = element('input', {
    type: 'file',
    accept: kinds.join(),
    multiple: true,
    hidden: true,
    tabindex: -1,
  });
  const button = iconButton({
    label: strings.sendPicture,
    icon: drawing('M4 6h16v13H4z M4 16l5-5 4 4 2.5-2.5L20 17 M15.5 9.5h.01'),
    class: 'add',
    onClick: () => input.click(),
  });
  button.hidden = true;
  input.addEventListener('change', () => {
    take(input.files);
    input.value = '';
  });
  composer.node.prepend(button, input);

  function take(files: Iterable<File> | null | undefined): boolean {
    const given = [...(files ?? [])];
    if (!isAllowed || given.length === 0) return false;
    complaint = undefined;
    for (const file of given) {
      if (!kinds.includes(file.type)) complain(strings.pictureKind);
      else if (file.size > longestPicture) complain(strings.pictureSize);
      else add(file);
    }
    render();
    return true;
  }

  function complain(text: string): void {
    complaint = element('li', { class: 'message customer' }, element('p', { class: 'note' }, text));
    say(text);
    render();
  }

  function add(file: Blob): void {
    const id = [...crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('');
    const note = element('p', { class: 'note' });
    const frame = element('div', { class: 'pictures' });
    const node = element('li', { class: 'message customer waiting' }, frame, note);
    void paint(frame, Promise.resolve(file), undefined);
    waiting = [...waiting, { id, file, node, note, state: 'queued' }];
    void sendAll();
  }

  /** One after the other, each until the server has it or refuses it. The id makes a repetition the same message. */
  async function sendAll(): Promise<void> {
    if (waiting.some(({ state }) => state === 'sending')) return;
    for (;;) {
      const next = waiting.find(({ state }) => state === 'queued');
      if (!next) return;
      await send(next);
    }
  }

  async function send(picture: Outgoing): Promise<void> {
    picture.state = 'sending';
    picture.note.textContent = settings.strings.sending;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await client.call(`/pictures?id=${picture.id}`, picture.file);
        picture.state = 'sent';
        return render();
      } catch (thrown) {
        // The answer was lost, and the journal says that it is there; or nobody wants it any more.
        if (!waiting.includes(picture)) return;
        const { code } = explain(thrown);
        const wait = pauseMs[attempt];
        if (code === undefined && wait !== undefined) {
          await new Promise((resolve) => setTimeout(resolve, wait));
          continue;
        }
        picture.state = 'failed';
        const why =
          code === 'bad-input'
            ? strings.pictureKind
            : code === 'message-too-long'
              ? strings.pictureSize
              : code === 'conflict' || code === 'too-many-requests'
                ? strings.pictureLimit
                : strings.pictureFailed;
        picture.note.replaceChildren(
          element('span', {}, why),
          ...(code === undefined || code === 'too-many-requests'
            ? [
                textButton(settings.strings.retry, 'chip', () => {
                  picture.state = 'queued';
                  void sendAll();
                }),
              ]
            : []),
          textButton(strings.cancel, 'chip', () => {
            waiting = waiting.filter((other) => other !== picture);
            render();
          }),
        );
        say(why);
        return render();
      }
    }
  }

  /** `size`: as the journal says, so that the room is kept while it loads. */
  async function paint(frame: HTMLElement, blob: Promise<Blob>, size: Picture | undefined): Promise<void> {
    const canvas = element('canvas', { class: 'picture', role: 'img', 'aria-label': strings.picture });
    if (size) scale(canvas, size.width, size.height);
    frame.append(canvas);
    try {
      const bitmap = await createImageBitmap(await blob);
      scale(canvas, bitmap.width, bitmap.height);
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      bitmap.close();
    } catch {
      canvas.replaceWith(element('p', { class: 'note' }, strings.pictureFailed));
    }
  }

  function scale(canvas: HTMLCanvasElement, width: number, height: number): void {
    const factor = Math.min(1, widest / width, highest / height);
    const sharpness = Math.min(devicePixelRatio || 1, 2);
    canvas.style.width = `${Math.max(1, Math.round(width * factor))}px`;
    canvas.width = Math.max(1, Math.round(width * factor * sharpness));
    canvas.height = Math.max(1, Math.round(height * factor * sharpness));
  }

  const listening = new AbortController();
  const { signal } = listening;
  panel.addEventListener(
    'paste',
    (event) => {
      if (take([...(event.clipboardData?.files ?? [])])) event.preventDefault();
    },
    { signal },
  );
  panel.addEventListener(
    'dragover',
    (event) => {
      if (!isAllowed || !event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      composer.node.classList.add('dropping');
    },
    { signal },
  );
  panel.addEventListener('dragleave', () => composer.node.classList.remove('dropping'), { signal });
  panel.addEventListener(
    'drop',
    (event) => {
      composer.node.classList.remove('dropping');
      if (take(event.dataTransfer?.files)) event.preventDefault();
    },
    { signal },
  );

  return {
    allow(now) {
      isAllowed = now;
      button.hidden = !now;
    },
    draw(target, pictures) {
      if (target.childElementCount > 0) return;
      for (const picture of pictures) {
        const blob =
          blobs.get(picture.id) ?? client.call(`/pictures/${picture.id}`).then((response) => response.blob());
        blobs.set(picture.id, blob);
        void paint(target, blob, picture);
      }
    },
    outgoing({ conversation: { messages } }) {
      waiting = waiting.filter(({ id }) => !messages.some((message) => message.id === id));
      return [...waiting.map(({ node }) => node), ...(complaint ? [complaint] : [])];
    },
    forget() {
      waiting = [];
      complaint = undefined;
      blobs.clear();
    },
    dispose() {
      listening.abort();
      button.remove();
      input.remove();
    },
  };
}
