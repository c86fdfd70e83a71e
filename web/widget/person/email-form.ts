// A card that asks for an e-mail address: for a person's reply, or to take the conversation along.
import type { PersonSideContext } from '../person-side.ts';
import type { PersonStrings } from './person-strings.ts';

export interface EmailForm {
  readonly node: HTMLElement;
  focus(): void;
}

export interface EmailFormOptions {
  readonly title: string;
  readonly text: string;
  readonly send: string;
  /** May be left empty. */
  readonly optional?: boolean;
  /** What was given before, to be corrected. */
  readonly email?: string | undefined;
  /** Undefined where it was left empty. What it throws is explained to the customer. */
  submit(email: string | undefined): Promise<void>;
  cancel(): void;
}

const emailShape = /^[^\s@<>"']+@[^\s@<>"'.]+(?:\.[^\s@<>"'.]+)+$/;

export function createEmailForm(
  { dom: { element, textButton }, explain }: PersonSideContext,
  strings: PersonStrings,
  options: EmailFormOptions,
): EmailForm {
  const { optional = false } = options;
  const input = element('input', {
    id: 'email',
    type: 'email',
    autocomplete: 'email',
    maxlength: 254,
    dir: 'ltr',
    required: !optional,
    'aria-describedby': 'email-problem',
    value: options.email ?? '',
  });
  const problem = element('p', { id: 'email-problem', class: 'wrong', role: 'alert', hidden: true });
  const submit = element('button', { type: 'submit', class: 'chip main' }, options.send);
  const node = element(
    'form',
    { class: 'card', novalidate: true, 'aria-labelledby': 'form-title' },
    element('h3', { id: 'form-title' }, options.title),
    element('p', {}, options.text),
    element('label', { for: 'email' }, optional ? strings.emailOptional : strings.email),
    input,
    problem,
    element('div', { class: 'row' }, submit, textButton(strings.cancel, 'chip', options.cancel)),
  );

  function complain(text: string): void {
    problem.textContent = text;
    problem.hidden = text === '';
    input.setAttribute('aria-invalid', String(text !== ''));
  }

  node.addEventListener('submit', async (event) => {
    event.preventDefault();
    const given = input.value.trim();
    if (given === '' ? !optional : !emailShape.test(given)) {
      complain(strings.emailInvalid);
      input.focus();
      return;
    }
    complain('');
    submit.disabled = true;
    try {
      await options.submit(given || undefined);
    } catch (thrown) {
      const { text, code } = explain(thrown);
      complain(code === 'too-many-requests' ? strings.tooOften : text);
    } finally {
      submit.disabled = false;
    }
  });

  return { node, focus: () => input.focus() };
}
