// The launcher and the panel, and what happens on the way between them. How the conversation travels is the client's
// affair; how one message looks is the message view's.
import { createAnnouncer } from './announcer.ts';
import { createApi } from './api.ts';
import { createComposer } from './composer.ts';
import { type ClientView, createConversationClient } from './conversation-client.ts';
import { type ShownMessage, streamingAnswer } from './conversation-state.ts';
import { element, icon, iconButton, textButton } from './dom.ts';
import { createHandoffForm, type HandoffForm } from './handoff-form.ts';
import { createMessageView, explainFailure, type MessageView, typingDots } from './message-view.ts';
import { type Settings, textColorOn } from './settings.ts';
import { createSessionStore } from './stored-session.ts';
import { fill } from './strings.ts';

export interface Chat {
  readonly node: HTMLElement;
  /** `question` is put into the composer, not sent. */
  open(question?: string): void;
  close(): void;
  dispose(): void;
}

/** A connection that is back this soon was never worth a word. */
const lossShownAfterMs = 1_200;
/** What comes this soon after the first entry is history being read again. */
const replayMs = 1_000;

export function createChat(settings: Settings, direction: string): Chat {
  const { strings, language } = settings;
  const announcer = createAnnouncer(language);
  const client = createConversationClient({
    api: createApi(settings.server),
    store: createSessionStore(settings),
    language,
    onChange: scheduleRender,
    onReturned: (text) => composer.text() === '' && composer.setText(text),
  });
  const composer = createComposer(strings, { send, stop: () => void client.cancel().catch(scheduleRender) });

  const views = new Map<string, MessageView>();
  const ratings = new Map<string, 'up' | 'down'>();
  /** Answers that came while the customer was here: history after a reload is neither announced nor unread. */
  const news = new Set<string>();
  const sentHere = new Set<string>();
  let historyUntil = 0;
  let scrollDown = true;
  const announced = new Set<string>();
  const unread = new Set<string>();
  let isOpen = false;
  let handoffForm: HandoffForm | undefined;
  /** The message below which a person's reply was promised; empty before the first. */
  let thanksAfter: string | undefined;
  let handoffOffered = false;
  let lostSince = 0;
  let lossShown = false;
  let frame = 0;

  const badge = element('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
  const launcher = element('button', { type: 'button', class: 'launcher', 'aria-controls': 'panel' });
  launcher.addEventListener('click', () => (isOpen ? close() : open()));

  const greeting = element(
    'li',
    { class: 'message agent' },
    element('span', { class: 'hear' }, strings.assistant),
    element('div', { class: 'bubble', dir: 'auto' }, settings.greeting),
  );
  const suggestions = element(
    'div',
    { class: 'suggestions' },
    ...settings.suggestions.map((question) => textButton(question, 'chip', () => send(question))),
  );
  greeting.append(suggestions);
  const typing = element(
    'li',
    { class: 'message agent' },
    element('div', { class: 'bubble' }, typingDots(strings)),
  );
  const thanks = element('li', { class: 'message agent handoff' });
  const list = element('ol', { class: 'messages' });
  const scroll = element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': strings.conversation },
    list,
  );
  const status = element('div', { class: 'status', role: 'status' });
  const restart = iconButton({ label: strings.restart, icon: 'restart', onClick: startAgain });
  const person = iconButton({ label: strings.person, icon: 'person', onClick: askPerson });
  const panel = element(
    'section',
    { id: 'panel', class: 'panel', role: 'dialog', 'aria-labelledby': 'title', tabindex: -1, hidden: true },
    element(
      'div',
      { class: 'head' },
      element('span', { class: 'mark' }, icon('chat')),
      element('div', {}, element('h2', { id: 'title' }, settings.title), element('p', {}, strings.subtitle)),
      restart,
      person,
      iconButton({ label: strings.close, icon: 'close', onClick: close }),
    ),
    scroll,
    status,
    composer.node,
  );
  const node = element(
    'div',
    { class: 'root', dir: direction, lang: language },
    panel,
    launcher,
    announcer.node,
  );
  const side = settings.position ?? (direction === 'rtl' ? 'left' : 'right');
  node.style.setProperty('--accent', settings.color);
  node.style.setProperty('--on-accent', textColorOn(settings.color));

  function render(): void {
    frame = 0;
    const { conversation, outbox, connection, refusal } = client.view();
    const answer = streamingAnswer(conversation);
    if (conversation.sequence > 0) historyUntil ||= performance.now() + replayMs;
    const wasAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    const nodes: Node[] = [greeting];
    const shown: ShownMessage[] = [
      ...conversation.messages,
      ...outbox
        .filter(({ id }) => !conversation.messages.some((message) => message.id === id))
        .map((message) => ({
          ...message,
          role: 'customer' as const,
          status: 'complete' as const,
          citations: [],
        })),
    ];
    for (const [index, message] of shown.entries()) {
      const view = views.get(message.id) ?? createMessageView(strings, { rate, askPerson, retry });
      views.set(message.id, view);
      view.update(message, {
        rating: ratings.get(message.id),
        last: index === shown.length - 1 && message.id !== thanksAfter,
        waiting: index >= conversation.messages.length,
      });
      nodes.push(view.node);
      if (message.role === 'agent') noteNews(message, view);
      if (message.id === thanksAfter) nodes.push(thanks);
    }
    const last = shown.at(-1);
    if (last?.role === 'customer' && connection === 'fine' && !refusal) nodes.push(typing);
    if (thanksAfter === '') nodes.push(thanks);
    arrange(list, nodes);
    suggestions.hidden = shown.length > 0;
    restart.disabled = shown.length === 0;
    composer.setAnswering(answer !== undefined);
    renderStatus(client.view());
    renderLauncher();
    const asked = conversation.handoff === 'customer-request' && last && news.has(last.id) && !answer;
    if (asked && isOpen && !handoffOffered) askPerson();
    if (wasAtEnd || scrollDown) scroll.scrollTop = scroll.scrollHeight;
    scrollDown = false;
  }

  function noteNews(message: ShownMessage, view: MessageView): void {
    const streaming = message.status === 'streaming';
    if (sentHere.has(message.replyTo ?? '') || (streaming && performance.now() > historyUntil))
      news.add(message.id);
    if (!news.has(message.id)) return;
    if (isOpen) announcer.streaming(message.id, view.spokenText(), !streaming);
    else if (!streaming && !announced.has(message.id)) unread.add(message.id);
    if (!streaming) announced.add(message.id);
  }

  function renderStatus({ connection, refusal }: ClientView): void {
    if (connection === 'lost') {
      lostSince ||= performance.now();
      const waitMs = lostSince + lossShownAfterMs - performance.now();
      if (waitMs > 0) setTimeout(scheduleRender, waitMs);
      else lossShown = true;
    } else {
      if (lossShown && !refusal) announcer.say(strings.restored);
      lostSince = 0;
      lossShown = false;
    }
    const text = lossShown ? strings.offline : refusal ? explainFailure(refusal, strings) : '';
    if (status.textContent !== text) status.replaceChildren(...(text ? [icon('info'), text] : []));
  }

  function renderLauncher(): void {
    const count = unread.size;
    const news = count > 0 ? `, ${fill(strings.unread, count)}` : '';
    launcher.setAttribute('aria-label', isOpen ? strings.close : strings.open + news);
    launcher.setAttribute('aria-expanded', String(isOpen));
    launcher.replaceChildren(icon(isOpen ? 'down' : 'chat'), badge);
    badge.textContent = String(count);
    badge.hidden = count === 0;
  }

  function scheduleRender(): void {
    frame ||= requestAnimationFrame(render);
  }

  function send(text: string): void {
    closeHandoff();
    scrollDown = true;
    sentHere.add(client.send(text));
    composer.focus();
  }

  function retry(message: ShownMessage): void {
    const question = client.view().conversation.messages.find(({ id }) => id === message.replyTo);
    if (question) send(question.text);
  }

  function rate(id: string, rating: 'up' | 'down'): void {
    ratings.set(id, rating);
    render();
    views.get(id)?.node.querySelector<HTMLElement>(`.${rating}`)?.focus();
    announcer.say(strings.thanks);
    client.rate(id, rating).catch(() => {
      ratings.delete(id);
      scheduleRender();
    });
  }

  function askPerson(): void {
    if (handoffForm) return handoffForm.focus();
    handoffOffered = true;
    handoffForm = createHandoffForm(strings, {
      request: (email) => client.requestPerson(email),
      close(email) {
        closeHandoff();
        composer.focus();
        if (!email) return;
        thanksAfter = client.view().conversation.messages.at(-1)?.id ?? '';
        const text = fill(strings.handoffDone, email);
        thanks.replaceChildren(element('div', { class: 'bubble', dir: 'auto' }, text));
        announcer.say(text);
        scrollDown = true;
        render();
      },
    });
    composer.node.hidden = true;
    composer.node.before(handoffForm.node);
    handoffForm.focus();
    scroll.scrollTop = scroll.scrollHeight;
  }

  function closeHandoff(): void {
    handoffForm?.node.remove();
    handoffForm = undefined;
    composer.node.hidden = false;
  }

  function startAgain(): void {
    closeHandoff();
    thanksAfter = undefined;
    handoffOffered = false;
    views.clear();
    client.restart();
    announcer.say(strings.restart);
    composer.focus();
  }

  function setOpen(now: boolean): void {
    isOpen = now;
    panel.hidden = !now;
    node.classList.toggle('opened', now);
    if (now) {
      unread.clear();
      scrollDown = true;
    }
    client.setOpen(isOpen, document.visibilityState === 'visible');
    render();
  }

  function open(question?: string): void {
    if (!isOpen) setOpen(true);
    if (question) composer.setText(question);
    // On a touch screen the keyboard would cover what there is to read.
    if (question || !matchMedia('(pointer: coarse)').matches) composer.focus();
    else panel.focus();
  }

  function close(): void {
    if (!isOpen) return;
    setOpen(false);
    launcher.focus();
  }

  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    if (handoffForm) {
      closeHandoff();
      composer.focus();
    } else {
      close();
    }
  });

  /** A phone's keyboard takes room that CSS does not know of. */
  function fitAboveKeyboard(): void {
    if (!visualViewport) return;
    node.style.setProperty('--visible', `${visualViewport.height}px`);
    node.style.setProperty('--top', `${visualViewport.offsetTop}px`);
  }

  const darkDevice = matchMedia('(prefers-color-scheme: dark)');
  const applyTheme = () =>
    node.classList.toggle(
      'dark',
      settings.theme === 'dark' || (settings.theme === 'auto' && darkDevice.matches),
    );
  const wake = () => client.wake();
  const look = () => client.setOpen(isOpen, document.visibilityState === 'visible');

  const listening = new AbortController();
  const { signal } = listening;
  darkDevice.addEventListener('change', applyTheme, { signal });
  addEventListener('online', wake, { signal });
  document.addEventListener('visibilitychange', look, { signal });
  visualViewport?.addEventListener('resize', fitAboveKeyboard, { signal });
  visualViewport?.addEventListener('scroll', fitAboveKeyboard, { signal });

  applyTheme();
  node.classList.toggle('left', side === 'left');
  setOpen(settings.open || client.wasOpen);

  return {
    node,
    open,
    close,
    dispose() {
      listening.abort();
      client.close();
    },
  };
}

/** Puts `nodes` into `parent` in this order, moving none that is in its place, so that focus and selection stay. */
function arrange(parent: HTMLElement, nodes: readonly Node[]): void {
  for (const [index, node] of nodes.entries()) {
    if (parent.childNodes[index] !== node) parent.insertBefore(node, parent.childNodes[index] ?? null);
  }
  while (parent.childNodes.length > nodes.length) parent.lastChild?.remove();
}
