// The part of the chat that is needed only where a person is: a second file, loaded the first time that a customer asks for one, or that
// their website says who they are. It gets from here what it shares with the first file, so that nothing is there twice.
import type { Picture } from '#core/conversation.ts';
import type { Composer } from './composer.ts';
import type { ClientView, ConversationClient } from './conversation-client.ts';
import type * as dom from './dom.ts';
import type { Settings } from './settings.ts';

export interface PersonSideContext {
  readonly settings: Settings;
  readonly dom: typeof dom;
  readonly client: ConversationClient;
  readonly composer: Composer;
  /** Frame of the chat; the head is in it. */
  readonly panel: HTMLElement;
  /** Above the composer. */
  readonly slot: HTMLElement;
  addStyles(css: string): void;
  /** To a screen reader. */
  say(text: string): void;
  /** Why the server or the network refused, in the customer's language, and the server's code for it. */
  explain(thrown: unknown): { readonly text: string; readonly code?: string };
  render(): void;
  /** A person was asked for, and will reply to the address, if there is one. */
  asked(text: string): void;
  /** The customer chose another of their conversations, or a new one. */
  switched(): void;
}

export interface PersonSide {
  /** Before each drawing of the messages. */
  update(view: ClientView, isOpen: boolean): void;
  /** Opens the form that asks for a person. */
  askPerson(): void;
  /** A form or list lies over the composer. */
  readonly isBusy: boolean;
  /** Closes it; false if there was none. */
  close(): boolean;
  /** The customer changed what they are writing. */
  typed(text: string): void;
  /** Below the messages: pictures on their way, and that a person is typing. */
  lastNodes(view: ClientView): readonly Node[];
  drawPictures(target: HTMLElement, pictures: readonly Picture[]): void;
  readonly seenText: string;
  dispose(): void;
}

export type CreatePersonSide = (context: PersonSideContext) => PersonSide;

/** Names the version that this file was built with. */
declare const personSideVersion: string;
let attempts = 0;

/** Rejects where the file cannot be had; the next call tries again. */
export async function loadPersonSide(server: string): Promise<CreatePersonSide> {
  // Browsers remember a failure by its address.
  attempts += 1;
  const address = `${server}/widget-person.js?${personSideVersion}${attempts > 1 ? `.${attempts}` : ''}`;
  const loaded: { createPersonSide: CreatePersonSide } = await import(/* @vite-ignore */ address);
  return loaded.createPersonSide;
}
