// What the script tag runs: defines <answerdesk-chat> and puts one at the end of the page, set up by the tag's attributes.
import { type Chat, createChat } from './chat.ts';
import { readSettings, type Settings } from './settings.ts';
import styles from './styles.css?inline';

const tagName = 'answerdesk-chat';
const script =
  document.currentScript instanceof HTMLScriptElement
    ? document.currentScript
    : document.querySelector<HTMLScriptElement>('script[src*="/widget.js"]');

class ChatElement extends HTMLElement {
  settings: Settings | undefined;
  #chat: Chat | undefined;

  connectedCallback(): void {
    if (!this.settings || this.#chat) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
    this.#chat = createChat(this.settings, this.settings.direction ?? getComputedStyle(this).direction);
    root.replaceChildren(this.#chat.node);
  }

  disconnectedCallback(): void {
    this.#chat?.dispose();
    this.#chat = undefined;
  }

  open(question?: string): void {
    this.#chat?.open(question);
  }

  close(): void {
    this.#chat?.close();
  }

  /** The token by which the website says who its visitor is; without one, that they signed out. */
  identify(token?: string): void {
    if (this.settings) this.settings = { ...this.settings, identity: token };
    this.#chat?.identify(token);
  }
}

function start(tag: HTMLScriptElement): void {
  // A page that includes the script twice gets one chat.
  if (customElements.get(tagName)) return;
  customElements.define(tagName, ChatElement);
  const chat = document.createElement(tagName) as ChatElement;
  // What the site's authors wrote (greeting, questions) is in the language of their page: the rest of the chat speaks it, too.
  const pageLanguage = tag.closest<HTMLElement>('[lang]')?.lang ?? '';
  chat.settings = readSettings(tag.dataset, tag.src, [pageLanguage, ...navigator.languages]);
  document.body.append(chat);
  // Any element of the page can open the chat, with a question or without, and needs no script for it.
  document.addEventListener('click', (event) => {
    const trigger =
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-answerdesk-open]') : null;
    if (trigger) chat.open(trigger.dataset.answerdeskOpen);
  });
}

if (script) {
  if (document.body) start(script);
  else document.addEventListener('DOMContentLoaded', () => start(script));
}
