// Puts a conversation into its frame, and answers to what the customer does. How the conversation travels is the client's
// affair; how one message looks is the message view's.
import { createAnnouncer } from './announcer.ts';
import { createAnswerNews } from './answer-news.ts';
import { createApi } from './api.ts';
import { createChatShell } from './chat-shell.ts';
import { createComposer } from './composer.ts';
import { createConnectionNotice } from './connection-notice.ts';
import { type ClientView, createConversationClient } from './conversation-client.ts';
import { type ShownMessage, streamingAnswer } from './conversation-state.ts';
import { element } from './dom.ts';
import { createHandoffForm, type HandoffForm } from './handoff-form.ts';
import { createMessageView, type MessageExtras, type MessageView } from './message-view.ts';
import type { Settings } from './settings.ts';
import { createSessionStore } from './stored-session.ts';
import { fill } from './strings.ts';

export interface Chat {
  readonly node: HTMLElement;
  /** `question` is put into the composer, not sent. */
  open(question?: string): void;
  close(): void;
  dispose(): void;
}

export function createChat(settings: Settings, direction: string): Chat {
  const { strings, language } = settings;
  const announcer = createAnnouncer(language);
  const news = createAnswerNews(announcer);
  const api = createApi(settings.server);
  const client = createConversationClient({
    api,
    store: createSessionStore(settings),
    language,
    onChange: scheduleRender,
    onReturned: (text) => composer.text() === '' && composer.setText(text),
  });
  const composer = createComposer(strings, {
    send,
    stop: () => void client.cancel().catch(scheduleRender),
    typed() {
      client.typed();
      scheduleRender();
    },
  });
  const shell = createChatShell(settings, direction, {
    toggle: () => (isOpen ? close() : open()),
    close,
    ask: send,
    startAgain,
    askPerson,
  });
  const notice = createConnectionNotice(shell.status, strings);
  const thanks = element('li', { class: 'message agent handoff' });

  const views = new Map<string, MessageView>();
  const ratings = new Map<string, 'up' | 'down'>();
  let isOpen = false;
  let scrollDown = true;
  let frame = 0;
  let handoffForm: HandoffForm | undefined;
  let handoffOffered = false;
  /** The message below which a person's reply was promised; empty before the first. */
  let thanksAfter: string | undefined;
  let givenEmail: string | undefined;

  function scheduleRender(): void {
    if (frame === 0) frame = requestAnimationFrame(render);
  }

  function render(): void {
    frame = 0;
    const view = client.view();
    const { scroll, list, greeting, typing } = shell;
    const wasAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    const shown = shownMessages(view);
    const last = shown.at(-1);
    const { handling } = view.conversation;
    if (view.conversation.sequence > 0) news.historyBegins();

    const nodes: Node[] = [greeting];
    if (thanksAfter === '') nodes.push(thanks);
    for (const message of shown) {
      nodes.push(
        draw(message, {
          last: message === last,
          offerPerson: !view.handedOver && !handoffForm && handling !== 'person',
          waiting: view.outbox.some(({ id }) => id === message.id),
        }),
      );
      if (message.id === thanksAfter) nodes.push(thanks);
    }
    const isOwed = handling !== 'person' && last?.author === 'customer';
    if (isOwed && view.connection === 'fine' && !view.refusal) nodes.push(typing);
    arrange(list, nodes);

    const answering = streamingAnswer(view.conversation) !== undefined;
    shell.suggestions.hidden = shown.length > 0;
    shell.restart.disabled = shown.length === 0;
    shell.showUnread(news.unread());
    composer.setAnswering(answering);
    const limit = api.messageLimit();
    if (limit) composer.setLimit(limit);
    notice.show(view, scheduleRender, limit && composer.isFull() ? fill(strings.limit, limit) : '');
    const wantsPerson = view.conversation.handoff === 'customer-request' && last && news.isNews(last.id);
    if (wantsPerson && isOpen && !answering && !handoffOffered && !view.handedOver) askPerson();
    if (wasAtEnd || scrollDown) scroll.scrollTop = scroll.scrollHeight;
    scrollDown = false;
  }

  function draw(message: ShownMessage, extras: Omit<MessageExtras, 'rating'>): Node {
    const view =
      views.get(message.id) ?? createMessageView(settings, { rate, choose: send, askPerson, retry });
    views.set(message.id, view);
    view.update(message, {
      ...extras,
      rating: ratings.get(message.id),
      last: extras.last && message.id !== thanksAfter,
    });
    if (message.author !== 'customer') news.note(message, view.spokenText(), isOpen);
    return view.node;
  }

  function send(text: string): void {
    closeHandoff();
    scrollDown = true;
    news.asked(client.send(text));
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
    handoffOffered = true;
    if (!handoffForm) {
      const actions = { request: client.requestPerson, close: endHandoff };
      handoffForm = createHandoffForm(strings, actions, givenEmail);
      composer.node.hidden = true;
      composer.node.before(handoffForm.node);
      scrollDown = true;
      scheduleRender();
    }
    handoffForm.focus();
  }

  function endHandoff(email?: string): void {
    closeHandoff();
    composer.focus();
    if (!email) return;
    givenEmail = email;
    thanksAfter = client.view().conversation.messages.at(-1)?.id ?? '';
    const text = fill(strings.handoffDone, email);
    thanks.replaceChildren(element('div', { class: 'bubble', dir: 'auto' }, text));
    announcer.say(text);
    scrollDown = true;
    render();
  }

  function closeHandoff(): void {
    handoffForm?.node.remove();
    handoffForm = undefined;
    composer.node.hidden = false;
    scheduleRender();
  }

  function startAgain(): void {
    closeHandoff();
    thanksAfter = undefined;
    givenEmail = undefined;
    handoffOffered = false;
    views.clear();
    client.restart();
    announcer.say(strings.restart);
    composer.focus();
  }

  function setOpen(now: boolean): void {
    isOpen = now;
    news.readAll();
    scrollDown = true;
    shell.showOpen(now);
    noteVisibility();
    render();
  }

  function open(question?: string): void {
    if (!isOpen) setOpen(true);
    if (question) composer.setText(question);
    // On a touch screen the keyboard would cover what there is to read.
    if (question || !matchMedia('(pointer: coarse)').matches) composer.focus();
    else shell.panel.focus();
  }

  function close(): void {
    if (!isOpen) return;
    setOpen(false);
    shell.launcher.focus();
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    if (handoffForm) endHandoff();
    else close();
  }

  function noteVisibility(): void {
    client.setOpen({ open: isOpen, visible: document.visibilityState === 'visible' });
  }

  const listening = new AbortController();
  const { signal } = listening;
  shell.panel.addEventListener('keydown', onKey);
  addEventListener('online', () => client.wake(), { signal });
  document.addEventListener('visibilitychange', noteVisibility, { signal });
  shell.panel.append(composer.node);
  shell.node.append(announcer.node);
  setOpen(settings.open || client.wasOpen);

  return {
    node: shell.node,
    open,
    close,
    dispose() {
      listening.abort();
      shell.dispose();
      client.close();
    },
  };
}

/** The journal's messages, and below them those that are not in it yet. */
function shownMessages({ conversation, outbox }: ClientView): ShownMessage[] {
  const waiting = outbox.filter(({ id }) => !conversation.messages.some((message) => message.id === id));
  return [
    ...conversation.messages,
    ...waiting.map(
      (message): ShownMessage => ({ ...message, author: 'customer', status: 'complete', citations: [] }),
    ),
  ];
}

/** Puts `nodes` into `parent` in this order, moving none that is in its place, so that focus and selection stay. */
function arrange(parent: HTMLElement, nodes: readonly Node[]): void {
  for (const [index, node] of nodes.entries()) {
    if (parent.childNodes[index] !== node) parent.insertBefore(node, parent.childNodes[index] ?? null);
  }
  while (parent.childNodes.length > nodes.length) parent.lastChild?.remove();
}
