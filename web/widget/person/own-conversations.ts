// The conversations of a signed-in visitor, from all their devices: open one, or begin a new one.
import type { OwnConversations } from '#server/protocol.ts';
import type { PersonSideContext } from '../person-side.ts';
import type { PersonStrings } from './person-strings.ts';

export interface OwnList {
  readonly isOpen: boolean;
  /** The button in the head, for those who are signed in. */
  allow(isAllowed: boolean): void;
  close(): void;
  dispose(): void;
}

export function createOwnList(
  context: PersonSideContext,
  strings: PersonStrings,
  startAgain: () => void,
): OwnList {
  const {
    dom: { drawing, element, iconButton, textButton },
    client,
    panel,
    settings,
    explain,
    switched,
    render,
  } = context;
  const button = iconButton({
    label: strings.conversations,
    icon: drawing('M4 7h16 M4 12h16 M4 17h10'),
    class: 'mine',
    onClick: () => (list.hidden ? void open() : close()),
  });
  button.hidden = true;
  button.setAttribute('aria-expanded', 'false');
  panel.querySelector('.head > .icon')?.before(button);
  const items = element('ul', { class: 'own' });
  const title = element('h3', { id: 'own-title', tabindex: -1 }, strings.conversations);
  const problem = element('p', { role: 'status', class: 'own-none' });
  const list = element(
    'section',
    { class: 'own-list', 'aria-labelledby': 'own-title', hidden: true },
    title,
    element(
      'div',
      { class: 'row' },
      textButton(settings.strings.restart, 'chip main', () => {
        close();
        startAgain();
      }),
      textButton(strings.back, 'chip', close),
    ),
    problem,
    items,
  );
  panel.querySelector('.head')?.after(list);

  function close(): void {
    if (list.hidden) return;
    list.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    render();
  }

  async function open(): Promise<void> {
    list.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    problem.textContent = '…';
    title.focus();
    render();
    try {
      const { conversations }: OwnConversations = await (await client.ask('/conversations')).json();
      items.replaceChildren(...conversations.map(row));
      problem.textContent = conversations.length === 0 ? strings.none : '';
    } catch (thrown) {
      items.replaceChildren();
      const { code, text } = explain(thrown);
      problem.textContent = code === 'not-found' ? strings.none : text;
    }
  }

  function row({ id, updatedAt, question, state }: OwnConversations['conversations'][number]): HTMLElement {
    const when = new Intl.DateTimeFormat(settings.language, { dateStyle: 'medium', timeStyle: 'short' });
    const choose = element(
      'button',
      { type: 'button' },
      element('span', { class: 'own-text', dir: 'auto' }, question ?? strings.picture),
      element(
        'span',
        { class: 'own-when' },
        when.format(new Date(updatedAt)),
        state === 'waiting' ? ` · ${strings.waiting}` : '',
      ),
    );
    choose.addEventListener('click', () => void openIt(id));
    return element('li', {}, choose);
  }

  async function openIt(id: string): Promise<void> {
    try {
      const session = await (
        await client.ask(`/conversations/${id}/token`, { identity: client.identity })
      ).json();
      close();
      client.switchTo(session);
      switched();
    } catch (thrown) {
      problem.textContent = explain(thrown).text;
    }
  }

  return {
    get isOpen() {
      return !list.hidden;
    },
    allow(isAllowed) {
      button.hidden = !isAllowed;
      if (!isAllowed) close();
    },
    close,
    dispose() {
      button.remove();
      list.remove();
    },
  };
}
