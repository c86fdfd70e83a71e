// The frame that messages appear in: launcher, panel, head and greeting, with their roles and names. It looks after what
// belongs to the device (theme, keyboard of a phone) and knows nothing of conversations.
import { element, icon, iconButton, textButton } from './dom.ts';
import { typingDots } from './message-view.ts';
import { type Settings, textColorOn } from './settings.ts';
import { fill } from './strings.ts';

export interface ChatShell {
  readonly node: HTMLElement;
  readonly panel: HTMLElement;
  readonly launcher: HTMLButtonElement;
  readonly scroll: HTMLElement;
  readonly list: HTMLElement;
  readonly status: HTMLElement;
  readonly restart: HTMLButtonElement;
  readonly greeting: HTMLElement;
  readonly suggestions: HTMLElement;
  /** Stands where the answer will be, until its first word. */
  readonly typing: HTMLElement;
  showOpen(open: boolean): void;
  showUnread(count: number): void;
  dispose(): void;
}

export interface ShellActions {
  toggle(): void;
  close(): void;
  ask(question: string): void;
  startAgain(): void;
  askPerson(): void;
}

export function createChatShell(settings: Settings, direction: string, actions: ShellActions): ChatShell {
  const { strings } = settings;
  const badge = element('span', { class: 'badge', 'aria-hidden': 'true' });
  const launcher = element('button', { type: 'button', class: 'launcher', 'aria-controls': 'panel' });
  launcher.addEventListener('click', actions.toggle);

  const suggestions = element(
    'div',
    { class: 'suggestions' },
    ...settings.suggestions.map((question) => textButton(question, 'chip', () => actions.ask(question))),
  );
  const greeting = element(
    'li',
    { class: 'message agent' },
    element('span', { class: 'hear' }, strings.assistant),
    element('div', { class: 'bubble', dir: 'auto' }, settings.greeting),
    suggestions,
  );
  const typing = element(
    'li',
    { class: 'message agent' },
    element('div', { class: 'bubble' }, typingDots(strings)),
  );
  const list = element('ol', { class: 'messages' });
  const scroll = element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': settings.title },
    list,
  );
  const status = element('div', { class: 'status', role: 'status' });
  const restart = iconButton({ label: strings.restart, icon: 'restart', onClick: actions.startAgain });
  const panel = element(
    'section',
    { id: 'panel', class: 'panel', role: 'dialog', 'aria-labelledby': 'title', tabindex: -1 },
    element(
      'div',
      { class: 'head' },
      element('span', { class: 'mark' }, icon('chat')),
      element('div', {}, element('h2', { id: 'title' }, settings.title), element('p', {}, strings.subtitle)),
      restart,
      iconButton({ label: strings.person, icon: 'person', onClick: actions.askPerson }),
      iconButton({ label: strings.close, icon: 'close', onClick: actions.close }),
    ),
    scroll,
    status,
  );
  const node = element('div', { class: 'root', dir: direction, lang: settings.language }, panel, launcher);
  node.classList.toggle('left', (settings.position ?? (direction === 'rtl' ? 'left' : 'right')) === 'left');
  node.style.setProperty('--accent', settings.color);
  node.style.setProperty('--on-accent', textColorOn(settings.color));

  const darkDevice = matchMedia('(prefers-color-scheme: dark)');
  const applyTheme = () =>
    node.classList.toggle(
      'dark',
      settings.theme === 'dark' || (settings.theme === 'auto' && darkDevice.matches),
    );

  /** A phone's keyboard takes room that CSS does not know of. */
  function fitAboveKeyboard(): void {
    if (!visualViewport) return;
    node.style.setProperty('--visible', `${visualViewport.height}px`);
    node.style.setProperty('--top', `${visualViewport.offsetTop}px`);
  }

  const listening = new AbortController();
  const { signal } = listening;
  darkDevice.addEventListener('change', applyTheme, { signal });
  visualViewport?.addEventListener('resize', fitAboveKeyboard, { signal });
  visualViewport?.addEventListener('scroll', fitAboveKeyboard, { signal });
  applyTheme();

  return {
    node,
    panel,
    launcher,
    scroll,
    list,
    status,
    restart,
    greeting,
    suggestions,
    typing,
    showOpen(open) {
      panel.hidden = !open;
      node.classList.toggle('opened', open);
      launcher.setAttribute('aria-expanded', String(open));
      launcher.setAttribute('aria-label', open ? strings.close : strings.open);
      launcher.replaceChildren(icon(open ? 'down' : 'chat'));
    },
    showUnread(count) {
      if (count === 0) return;
      badge.textContent = String(count);
      launcher.append(badge);
      launcher.setAttribute('aria-label', `${strings.open}, ${fill(strings.unread, count)}`);
    },
    dispose: () => listening.abort(),
  };
}
