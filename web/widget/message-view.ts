// One message on the screen. Re-drawn as its text streams in, keeping the blocks that did not change, so that a selection
// or the keyboard focus survives the next token.
import type { Citation, Topic } from '#core/conversation.ts';
import type { ShownMessage } from './conversation-state.ts';
import { element, type IconName, icon, iconButton, textButton } from './dom.ts';
import { settlePartialMarkdown } from './partial-markdown.ts';
import { renderMarkdown } from './safe-markdown.ts';
import { openSource, sourcesView } from './sources-view.ts';
import { fill, type Strings } from './strings.ts';

export interface MessageActions {
  rate(messageId: string, rating: 'up' | 'down'): void;
  /** Says the title of one of the topics offered. */
  choose(title: string): void;
  askPerson(): void;
  retry(message: ShownMessage): void;
}

export interface MessageView {
  readonly node: HTMLElement;
  /** Where the pictures of the message are drawn. */
  readonly pictures: HTMLElement;
  update(message: ShownMessage, extras: MessageExtras): void;
  /** The text as a screen reader should hear it. */
  spokenText(): string;
}

export interface MessageExtras {
  readonly rating?: 'up' | 'down' | undefined;
  /** The newest message: only this one offers what to do next. */
  readonly last: boolean;
  /** Whether a person may be offered: not while the form is open, nor once somebody will reply. */
  readonly offerPerson: boolean;
  /** Not yet taken by the server. */
  readonly waiting?: boolean;
  /** Stands below a message that a person has seen. */
  readonly seen?: string | undefined;
}

/** `server`: where addresses that begin with `/` are. */
export function createMessageView(
  { strings, server }: { readonly strings: Strings; readonly server: string },
  actions: MessageActions,
): MessageView {
  const text = element('div', { class: 'text prose', dir: 'auto' });
  const pictures = element('div', { class: 'pictures' });
  const before = element('div');
  const after = element('div');
  const node = element('li', {}, before, element('div', { class: 'bubble' }, text), pictures, after);
  let drawn: ShownMessage | undefined;
  let drawnAround = '';

  node.addEventListener('click', (event) => {
    const mark = event.target instanceof Element ? event.target.closest<HTMLElement>('.cite') : null;
    if (mark) openSource(node, mark.dataset.citation);
    const topic = event.target instanceof Element ? event.target.closest('.topic') : null;
    if (topic?.textContent) actions.choose(topic.textContent);
  });

  return {
    node,
    pictures,
    spokenText() {
      if (drawn?.change) return node.textContent ?? '';
      const copy = text.cloneNode(true) as HTMLElement;
      for (const mark of copy.querySelectorAll('.cite, .typing')) mark.remove();
      for (const block of copy.querySelectorAll('p, li, tr, h3, pre')) block.append('\n');
      return copy.textContent?.trim() ?? '';
    },
    update(message, extras) {
      const cited = citedSources(message);
      const around = [
        message.status,
        extras.rating,
        extras.last,
        extras.offerPerson,
        extras.waiting,
        extras.seen,
        ...cited.map(({ number }) => number),
      ].join();
      if (drawn === message && drawnAround === around) return;
      const choosable = extras.last && message.status === 'complete' ? (message.topics ?? []) : [];
      if (message.change) {
        node.className = 'change';
        node.replaceChildren(note(changeText(message, strings)));
        drawn = message;
        drawnAround = around;
        return;
      }
      const kind = message.status === 'failed' ? 'failed' : (message.decision ?? message.author);
      node.className = `message ${message.author === 'customer' ? 'customer' : 'agent'} ${extras.waiting ? 'waiting' : kind}`;
      if (text.parentElement) text.parentElement.hidden = message.pictures !== undefined;
      drawText(text, message, { strings, choosable });
      if (drawnAround !== around) {
        const opened = [...after.querySelectorAll('details[open]')].map(({ id }) => id);
        before.replaceChildren(...heading(message, strings));
        after.replaceChildren(
          ...sourcesView(cited, { messageId: message.id, strings, server }),
          ...footer(message, extras, strings, actions),
        );
        for (const card of after.querySelectorAll('details')) card.open = opened.includes(card.id);
      }
      drawn = message;
      drawnAround = around;
    },
  };
}

function drawText(
  target: HTMLElement,
  message: ShownMessage,
  { strings, choosable }: { readonly strings: Strings; readonly choosable: readonly Topic[] },
): void {
  if (message.author === 'customer') {
    target.textContent = message.text;
    return;
  }
  const streaming = message.status === 'streaming';
  const shown = streaming ? settlePartialMarkdown(message.text) : message.text;
  if (shown.trim() === '' && streaming) {
    const dots = typingDots(strings, message.place);
    if (!target.firstChild?.isEqualNode(dots)) target.replaceChildren(dots);
    return;
  }
  if (shown === '' && message.failure) target.textContent = explainFailure(message.failure, strings);
  else {
    const fresh = renderMarkdown(shown, message.citations, strings.source);
    placeTopics(fresh, choosable);
    replaceChanged(target, fresh);
  }
}

/** The items of the list become buttons; with a list that is not that of the topics, nothing does. */
function placeTopics(text: DocumentFragment, topics: readonly Topic[]): void {
  const items = text.querySelector('ol')?.children ?? [];
  if (items.length !== topics.length) return;
  for (const [index, { title }] of topics.entries())
    items[index]!.replaceChildren(element('button', { type: 'button', class: 'topic' }, title));
}

function replaceChanged(target: HTMLElement, fresh: DocumentFragment): void {
  let kept = 0;
  while (target.childNodes[kept] && fresh.firstChild?.isEqualNode(target.childNodes[kept]!)) {
    fresh.firstChild.remove();
    kept += 1;
  }
  while (target.childNodes.length > kept) target.lastChild?.remove();
  target.append(fresh);
}

export function typingDots(strings: Strings, place?: number): HTMLElement {
  const dots = element(
    'span',
    { class: 'dots', 'aria-hidden': 'true' },
    element('i'),
    element('i'),
    element('i'),
  );
  const waits = place ? element('span', {}, fill(strings.place, String(place))) : '';
  return element('div', { class: 'typing' }, dots, element('span', { class: 'hear' }, strings.typing), waits);
}

function heading(message: ShownMessage, strings: Strings): HTMLElement[] {
  const speaker = element(
    'span',
    { class: 'hear' },
    message.author === 'customer' ? strings.you : strings.assistant,
  );
  if (message.person)
    return [element('p', { class: 'kind', dir: 'auto' }, avatar(message.person), message.person)];
  const looks: Partial<Record<string, [IconName, string]>> = {
    decline: ['info', strings.declined],
    clarify: ['question', strings.clarify],
    handoff: ['person', strings.person],
  };
  const look = message.status === 'failed' ? undefined : looks[message.decision ?? ''];
  return look ? [speaker, element('p', { class: 'kind' }, icon(look[0]), look[1])] : [speaker];
}

function footer(
  message: ShownMessage,
  extras: MessageExtras,
  strings: Strings,
  actions: MessageActions,
): HTMLElement[] {
  if (extras.waiting) return [note(strings.sending)];
  if (extras.seen) return [note(extras.seen)];
  if (message.author === 'customer' || message.status === 'streaming') return [];
  const parts: HTMLElement[] = [];
  if (message.status === 'cancelled') parts.push(note(strings.stopped));
  if (message.status === 'interrupted') parts.push(note(strings.interrupted));
  if (message.failure && message.text) parts.push(note(explainFailure(message.failure, strings)));
  if (message.decision === 'answer' && message.status === 'complete') {
    parts.push(rating(message.id, extras.rating, strings, actions));
  }
  if (extras.last) parts.push(...nextSteps(message, extras, strings, actions));
  return parts;
}

function nextSteps(
  message: ShownMessage,
  { offerPerson }: MessageExtras,
  strings: Strings,
  actions: MessageActions,
): HTMLElement[] {
  const retry = message.status === 'interrupted' || message.failure?.retryable;
  const needsPerson = message.failure ?? ['decline', 'clarify', 'handoff'].includes(message.decision ?? '');
  const buttons = [
    ...(retry && message.replyTo ? [textButton(strings.retry, 'chip', () => actions.retry(message))] : []),
    ...(needsPerson && offerPerson ? [textButton(strings.person, 'chip', () => actions.askPerson())] : []),
  ];
  return buttons.length > 0 ? [element('div', { class: 'row next' }, ...buttons)] : [];
}

/** Says who looks after the conversation from here on. */
export function changeText({ change, person }: ShownMessage, strings: Strings): string {
  if (change === 'person') return fill(strings.joined, person ?? strings.agent);
  return change === 'waiting' ? strings.queued : change === 'bot' ? strings.botAgain : strings.ended;
}

/** The first letters of first and last name. */
function avatar(name: string): HTMLElement {
  const words = name.trim().split(/\s+/);
  const initials = [...new Set([words[0], words.at(-1)])].map((word = '') => [...word][0] ?? '').join('');
  return element('span', { class: 'avatar', 'aria-hidden': 'true' }, initials.toUpperCase());
}

const note = (text: string) => element('p', { class: 'note' }, text);

/** The server's sentence is English; codes that the widget knows are said in the customer's language. */
export function explainFailure(failure: { code: string; message: string }, strings: Strings): string {
  const known: Partial<Record<string, string>> = {
    'too-many-requests': strings.tooMany,
    busy: strings.busy,
    'shutting-down': strings.busy,
    'message-too-long': strings.tooLong,
    'origin-not-allowed': strings.notAllowed,
    'host-not-allowed': strings.notAllowed,
  };
  return known[failure.code] ?? strings.failed;
}

/** While the text is streaming, `citations` still holds all passages found: before it begins all are shown, then those it has referred to. */
function citedSources({ status, text, citations }: ShownMessage): readonly Citation[] {
  return status === 'streaming' && text
    ? citations.filter(({ number }) => text.includes(`[${number}]`))
    : citations;
}

function rating(
  id: string,
  given: 'up' | 'down' | undefined,
  strings: Strings,
  actions: MessageActions,
): HTMLElement {
  const choices = (['up', 'down'] as const).map((value) => {
    const button = iconButton({
      label: value === 'up' ? strings.helpful : strings.unhelpful,
      icon: 'up',
      class: value,
      onClick: () => actions.rate(id, value),
    });
    button.setAttribute('aria-pressed', String(given === value));
    return button;
  });
  return element('div', { class: 'actions' }, ...choices, given ? element('span', {}, strings.thanks) : '');
}
