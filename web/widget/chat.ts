// Puts a conversation into its frame, and answers to what the customer does. How the conversation travels is the client's
// affair; how one message looks is the message view's.
import { createAnnouncer } from './announcer.ts';
import { createAnswerNews } from './answer-news.ts';
import { ApiError, createApi } from './api.ts';
import { createChatShell } from './chat-shell.ts';
import { createComposer } from './composer.ts';
import { createConnectionNotice } from './connection-notice.ts';
import { type ClientView, createConversationClient } from './conversation-client.ts';
import { isOwedAnswer, type ShownMessage, streamingAnswer } from './conversation-state.ts';
import * as dom from './dom.ts';
import { createMessageView, explainFailure, type MessageExtras, type MessageView } from './message-view.ts';
import { loadPersonSide, type PersonSide } from './person-side.ts';
import type { Settings } from './settings.ts';
import { createSessionStore } from './stored-session.ts';
import { fill } from './strings.ts';

const loadAgainAfterMs = 3_000;

export interface Chat {
  readonly node: HTMLElement;
  /** `question` is put into the composer, not sent. */
  open(question?: string): void;
  close(): void;
  identify(token: string | undefined): void;
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
    identity: settings.identity,
    onChange: scheduleRender,
    onReturned: (text) => composer.text() === '' && composer.setText(text),
  });
  const composer = createComposer(strings, {
    send,
    stop: () => void client.cancel().catch(scheduleRender),
    typed() {
      client.typed();
      personSide?.typed(composer.text());
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
  const thanks = dom.element('li', { class: 'message agent handoff' });
  const slot = dom.element('div');

  const views = new Map<string, MessageView>();
  const ratings = new Map<string, 'up' | 'down'>();
  let isOpen = false;
  let scrollDown = true;
  let frame = 0;
  let personSide: PersonSide | undefined;
  let loading = false;
  /** To be done once it is there. */
  let wanted: ((side: PersonSide) => void) | undefined;
  let unavailable = '';
  let handoffOffered = false;
  /** The message below which a person's reply was promised; empty before the first. */
  let thanksAfter: string | undefined;

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
    const { handling, handoff } = view.conversation;
    if (
      isOpen &&
      (client.identity || (handling && handling !== 'bot') || shown.some((message) => message.pictures))
    )
      withPersonSide();
    personSide?.update(view, isOpen);
    if (view.conversation.sequence > 0) news.historyBegins();

    const lastSeen =
      handling === 'person' && last?.author === 'customer' && (last.sequence ?? Infinity) <= view.readUpTo
        ? last
        : undefined;

    const nodes: Node[] = [greeting];
    if (thanksAfter === '') nodes.push(thanks);
    for (const message of shown) {
      nodes.push(
        draw(message, {
          last: message === last,
          offerPerson: !view.handedOver && !personSide?.isBusy && handling !== 'person',
          waiting: view.outbox.some(({ id }) => id === message.id),
          seen: message === lastSeen ? personSide?.seenText : undefined,
        }),
      );
      if (message.id === thanksAfter) nodes.push(thanks);
    }
    nodes.push(...(personSide?.lastNodes(view) ?? []));
    const isOwed = isOwedAnswer(view.conversation) || view.outbox.length > 0;
    if (isOwed && handling !== 'person' && view.connection === 'fine' && !view.refusal) nodes.push(typing);
    arrange(list, nodes);

    const answering = streamingAnswer(view.conversation) !== undefined;
    shell.suggestions.hidden = shown.length > 0;
    shell.restart.disabled = shown.length === 0;
    shell.showUnread(news.unread());
    composer.setAnswering(answering);
    const limit = api.messageLimit();
    if (limit) composer.setLimit(limit);
    notice.show(view, scheduleRender, limit && composer.isFull() ? fill(strings.limit, limit) : unavailable);
    const wantsPerson = handoff === 'customer-request' && last && news.isNews(last.id);
    if (wantsPerson && isOpen && !answering && !handoffOffered && !view.handedOver) askPerson();
    if (wasAtEnd || scrollDown) scroll.scrollTop = scroll.scrollHeight;
    scrollDown = false;
  }

  function draw(message: ShownMessage, extras: Omit<MessageExtras, 'rating'>): Node {
    const view =
      views.get(message.id) ?? createMessageView(settings, { rate, choose: send, askPerson, retry });
    views.set(message.id, view);
    if (message.pictures) personSide?.drawPictures(view.pictures, message.pictures);
    view.update(message, {
      ...extras,
      rating: ratings.get(message.id),
      last: extras.last && message.id !== thanksAfter,
    });
    if (message.author !== 'customer') news.note(message, view.spokenText(), isOpen);
    return view.node;
  }

  function send(text: string): void {
    personSide?.close();
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
    client.call('/feedback', { messageId: id, rating }).catch(() => {
      ratings.delete(id);
      scheduleRender();
    });
  }

  function askPerson(): void {
    handoffOffered = true;
    withPersonSide((side) => side.askPerson());
  }

  /** Loads the second file if that was not done yet. What goes wrong is said only where the customer asked for something. */
  function withPersonSide(then?: (side: PersonSide) => void): void {
    if (personSide) then?.(personSide);
    else wanted = then ?? wanted;
    if (personSide || loading) return;
    loading = true;
    loadPersonSide(settings.server).then(
      (createPersonSide) => {
        if (signal.aborted) return;
        unavailable = '';
        personSide = createPersonSide({
          settings,
          dom,
          client,
          composer,
          panel: shell.panel,
          slot,
          addStyles,
          say: announcer.say,
          explain,
          render: scheduleRender,
          asked: noteAsked,
          switched: showAnother,
        });
        wanted?.(personSide);
        scrollDown = true;
        render();
      },
      () => {
        setTimeout(() => {
          loading = false;
          scheduleRender();
        }, loadAgainAfterMs);
        if (!wanted) return;
        wanted = undefined;
        unavailable = strings.failed;
        scheduleRender();
      },
    );
  }

  function addStyles(css: string): void {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    const root = shell.node.getRootNode() as ShadowRoot;
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }

  function explain(thrown: unknown) {
    return thrown instanceof ApiError
      ? { text: explainFailure(thrown, strings), code: thrown.code }
      : { text: strings.offline };
  }

  function noteAsked(text: string): void {
    thanksAfter = client.view().conversation.messages.at(-1)?.id ?? '';
    thanks.replaceChildren(dom.element('div', { class: 'bubble', dir: 'auto' }, text));
    announcer.say(text);
    scrollDown = true;
    render();
  }

  function startAgain(): void {
    showAnother();
    client.restart();
    announcer.say(strings.restart);
    composer.focus();
  }

  /** Of the conversation before, nothing stays. */
  function showAnother(): void {
    personSide?.close();
    thanksAfter = undefined;
    handoffOffered = false;
    views.clear();
    scrollDown = true;
    scheduleRender();
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
    if (personSide?.close()) composer.focus();
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
  shell.panel.append(slot, composer.node);
  shell.node.append(announcer.node);
  setOpen(settings.open || client.wasOpen);

  return {
    node: shell.node,
    open,
    close,
    identify(token) {
      const before = client.view().conversation;
      client.identify(token);
      if (client.view().conversation !== before) showAnother();
    },
    dispose() {
      listening.abort();
      personSide?.dispose();
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
