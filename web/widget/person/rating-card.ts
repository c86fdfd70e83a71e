// After the end: how it was, with one click, and words if there are any.
import type { PersonSideContext } from '../person-side.ts';
import type { PersonStrings } from './person-strings.ts';

export interface RatingCard {
  readonly node: HTMLElement;
  update(isOver: boolean, rating: 'up' | 'down' | undefined, canTakeAlong: boolean): void;
}

const longestComment = 2_000;

export function createRatingCard(
  { dom: { element, icon, textButton }, client, settings, say, explain }: PersonSideContext,
  strings: PersonStrings,
  takeAlong: () => void,
): RatingCard {
  let given: 'up' | 'down' | undefined;
  /** Words may follow a click that was made here. */
  let asksForWords = false;
  const choices = (['up', 'down'] as const).map((rating) => {
    const button = element(
      'button',
      { type: 'button', class: `chip choice ${rating}`, 'aria-pressed': 'false' },
      icon('up'),
      rating === 'up' ? strings.good : strings.bad,
    );
    button.addEventListener('click', () => void rate(rating));
    return button;
  });
  const words = element('textarea', {
    id: 'rating-words',
    rows: 2,
    maxlength: longestComment,
    dir: 'auto',
  });
  const send = textButton(strings.wordsSend, 'chip main', () => void rate(given ?? 'up', words.value.trim()));
  const more = element(
    'div',
    { class: 'words' },
    element('label', { for: 'rating-words' }, strings.words),
    words,
    element('div', { class: 'row' }, send),
  );
  const outcome = element('p', { role: 'status' });
  const take = textButton(strings.takeAlong, 'chip', takeAlong);
  const node = element(
    'section',
    { class: 'card rating', 'aria-labelledby': 'rating-title', hidden: true },
    element('h3', { id: 'rating-title' }, strings.rate),
    element('div', { class: 'row' }, ...choices, take),
    outcome,
  );

  function show(): void {
    for (const [index, rating] of (['up', 'down'] as const).entries())
      choices[index]!.setAttribute('aria-pressed', String(given === rating));
    if (!asksForWords) more.remove();
    else if (!more.isConnected) outcome.before(more);
  }

  async function rate(rating: 'up' | 'down', comment?: string): Promise<void> {
    const before = given;
    given = rating;
    asksForWords = comment === undefined;
    outcome.textContent = settings.strings.thanks;
    show();
    try {
      await client.call('/rating', { rating, ...(comment ? { comment } : {}) });
      say(settings.strings.thanks);
    } catch (thrown) {
      given = before;
      asksForWords = comment !== undefined;
      outcome.textContent = explain(thrown).text;
      show();
    }
  }

  return {
    node,
    update(isOver, rating, canTakeAlong) {
      if (!isOver) {
        given = undefined;
        asksForWords = false;
        words.value = '';
        outcome.textContent = '';
      } else if (given === undefined && rating) given = rating;
      take.hidden = !canTakeAlong;
      node.hidden = !isOver;
      show();
    },
  };
}
