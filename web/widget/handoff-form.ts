// "Talk to a person": asks for an e-mail address, checks it, and confirms.
import { ApiError } from './api.ts';
import { element, textButton } from './dom.ts';
import { explainFailure } from './message-view.ts';
import type { Strings } from './strings.ts';

export interface HandoffForm {
  readonly node: HTMLElement;
  focus(): void;
}

export interface HandoffActions {
  request(email: string): Promise<void>;
  /** `email` once the request was taken; nothing when the customer changed their mind. */
  close(email?: string): void;
}

const emailShape = /^[^\s@<>"']+@[^\s@<>"'.]+(?:\.[^\s@<>"'.]+)+$/;

/** `email`: what was given before, to be corrected. */
export function createHandoffForm(strings: Strings, actions: HandoffActions, email = ''): HandoffForm {
  const input = element('input', {
    id: 'email',
    type: 'email',
    autocomplete: 'email',
    maxlength: 254,
    dir: 'ltr',
    required: true,
    'aria-describedby': 'email-problem',
    value: email,
  });
  const problem = element('p', { id: 'email-problem', class: 'wrong', role: 'alert', hidden: true });
  const submit = element('button', { type: 'submit', class: 'chip main' }, strings.handoffSend);
  const node = element(
    'form',
    { class: 'card', novalidate: true, 'aria-labelledby': 'handoff-title' },
    element('h3', { id: 'handoff-title' }, strings.person),
    element('p', {}, strings.handoffText),
    element('label', { for: 'email' }, strings.email),
    input,
    problem,
    element(
      'div',
      { class: 'row' },
      submit,
      textButton(strings.cancel, 'chip', () => actions.close()),
    ),
  );

  function complain(text: string): void {
    problem.textContent = text;
    problem.hidden = text === '';
    input.setAttribute('aria-invalid', String(text !== ''));
  }

  node.addEventListener('submit', async (event) => {
    event.preventDefault();
    const given = input.value.trim();
    if (!emailShape.test(given)) {
      complain(strings.emailInvalid);
      input.focus();
      return;
    }
    complain('');
    submit.disabled = true;
    try {
      await actions.request(given);
      actions.close(given);
    } catch (thrown) {
      complain(thrown instanceof ApiError ? explainFailure(thrown, strings) : strings.offline);
    } finally {
      submit.disabled = false;
    }
  });

  return { node, focus: () => input.focus() };
}
