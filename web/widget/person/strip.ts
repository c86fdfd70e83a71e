// A line above the composer while a person is waited for or there, and after the end: where things stand, and what can be done.
import type { ClientView } from '../conversation-client.ts';
import type { PersonSideContext } from '../person-side.ts';
import type { DeskService } from './desk-service.ts';
import { fill, type PersonStrings } from './person-strings.ts';

export interface StripActions {
  leaveEmail(): void;
  takeAlong(): void;
  toAssistant(): void;
}

export interface Strip {
  readonly node: HTMLElement;
  update(view: ClientView): void;
}

export function createStrip(
  { dom: { element, textButton }, settings }: PersonSideContext,
  strings: PersonStrings,
  { service, ...actions }: StripActions & { readonly service: DeskService },
): Strip {
  const text = element('div', { class: 'strip-text', role: 'status' });
  const leave = textButton(strings.leaveEmail, 'chip', actions.leaveEmail);
  const back = textButton(strings.toAssistant, 'chip', actions.toAssistant);
  const take = textButton(strings.takeAlong, 'chip', actions.takeAlong);
  const node = element(
    'section',
    { class: 'strip', 'aria-label': strings.waiting },
    text,
    element('div', { class: 'row' }, back, leave, take),
  );
  let drawn = '';

  function waitingLines(): string[] {
    const { status, desk } = service;
    const opensAt = desk && !desk.open && desk.opensAt;
    const when = opensAt
      ? fill(
          strings.backOn,
          new Intl.DateTimeFormat(settings.language, {
            weekday: 'long',
            hour: 'numeric',
            minute: '2-digit',
          }).format(new Date(opensAt)),
        )
      : '';
    const place = status?.place;
    const queue = place === undefined ? '' : place === 1 ? strings.next : fill(strings.place, place);
    return [desk?.open === false ? '' : queue, desk?.promise ?? when].filter(Boolean);
  }

  return {
    node,
    update({ conversation: { handling } }) {
      const isWaiting = handling === 'waiting';
      node.hidden = !isWaiting && handling !== 'person';
      leave.hidden = !isWaiting || service.status?.hasEmail !== false;
      take.hidden = isWaiting || !service.status?.canTakeAlong;
      text.hidden = !isWaiting;
      const lines = isWaiting ? waitingLines() : [];
      if (drawn === `${isWaiting}${lines}`) return;
      drawn = `${isWaiting}${lines}`;
      text.replaceChildren(
        element('strong', {}, strings.waiting),
        ...lines.map((line) => element('p', { dir: 'auto' }, line)),
      );
    },
  };
}
