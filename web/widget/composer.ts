// Where the customer writes: grows with the text, Enter sends, Shift+Enter breaks the line, and stops a running answer.
import { element, iconButton } from './dom.ts';
import type { Strings } from './strings.ts';

export interface Composer {
  readonly node: HTMLElement;
  /** While an answer is being written, the button stops it instead of sending. */
  setAnswering(answering: boolean): void;
  setText(text: string): void;
  /** In UTF-16 code units. */
  setLimit(characters: number): void;
  /** No further character fits; a text that was pasted may even be longer, and is not sent. */
  isFull(): boolean;
  text(): string;
  focus(): void;
}

export interface ComposerActions {
  send(text: string): void;
  stop(): void;
  /** The customer changed the text. */
  typed(): void;
}

/** Until the server has said what it takes: no server takes more. */
const longestMessage = 100_000;

export function createComposer(strings: Strings, actions: ComposerActions): Composer {
  let answering = false;
  const input = element('textarea', {
    rows: 1,
    maxlength: longestMessage,
    placeholder: strings.placeholder,
    'aria-label': strings.placeholder,
    dir: 'auto',
    enterkeyhint: 'send',
    autocomplete: 'off',
  });
  const send = iconButton({ label: strings.send, icon: 'send', class: 'go send', onClick: submit });
  const stop = iconButton({ label: strings.stop, icon: 'stop', class: 'go', onClick: stopAnswer });
  const node = element('div', { class: 'composer' }, input, send, stop);

  function submit(): void {
    const text = input.value.trim();
    input.focus();
    if (text === '' || answering || input.value.length > input.maxLength) return;
    input.value = '';
    settle();
    actions.send(text);
  }

  function stopAnswer(): void {
    input.focus();
    actions.stop();
  }

  function settle(): void {
    send.disabled = input.value.trim() === '';
    send.hidden = answering;
    stop.hidden = !answering;
    // Set through the object model, which a strict CSP allows.
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight}px`;
  }

  input.addEventListener('input', () => {
    settle();
    actions.typed();
  });
  // What does not fit would be cut off without a word, and at the end of a long paste there is often the question.
  input.addEventListener('paste', (event) => {
    const text = event.clipboardData?.getData('text') ?? '';
    const { value, selectionStart: start, selectionEnd: end, maxLength } = input;
    if (value.length - (end - start) + text.length <= maxLength) return;
    event.preventDefault();
    input.setRangeText(text, start, end, 'end');
    settle();
    actions.typed();
  });
  input.addEventListener('keydown', (event) => {
    // While an input method composes a character, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  settle();

  return {
    node,
    text: () => input.value,
    focus() {
      input.focus();
      settle();
    },
    isFull: () => input.value.length >= input.maxLength,
    setLimit(characters) {
      input.maxLength = characters;
    },
    setAnswering(now) {
      if (answering === now) return;
      answering = now;
      settle();
    },
    setText(text) {
      input.value = text;
      settle();
    },
  };
}
