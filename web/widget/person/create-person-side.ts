// Puts the parts of the second file together: what a customer sees and does where a person is.
import type { ClientView } from '../conversation-client.ts';
import type { CreatePersonSide, PersonSideContext } from '../person-side.ts';
import { createDeskService } from './desk-service.ts';
import { createEmailForm, type EmailForm } from './email-form.ts';
import { createFaces } from './faces.ts';
import { createOwnList } from './own-conversations.ts';
import styles from './person.css?inline';
import { fill, personStrings } from './person-strings.ts';
import { createPictures } from './pictures.ts';
import { createRatingCard } from './rating-card.ts';
import { createStrip } from './strip.ts';

/** A client that types says so this often; the server forgets it after eight seconds. */
const typingSaidAgainMs = 3_000;

export const createPersonSide: CreatePersonSide = (context: PersonSideContext) => {
  const { client, composer, settings, slot, say, render, dom } = context;
  const strings = personStrings(settings.language);
  context.addStyles(styles);
  let form: EmailForm | undefined;
  let email: string | undefined;
  let view: ClientView | undefined;
  let before = '';
  let typingSaidAt = 0;

  const service = createDeskService(context);
  const strip = createStrip(context, strings, {
    service,
    leaveEmail: () => void askPerson(),
    takeAlong,
    toAssistant: () =>
      void client.call('/assistant', {}).catch((thrown) => say(context.explain(thrown).text)),
  });
  const ratingCard = createRatingCard(context, strings, takeAlong);
  const pictures = createPictures(context, strings);
  const faces = createFaces(context);
  const own = createOwnList(context, strings, () => {
    context.switched();
    client.restart();
    composer.focus();
  });
  slot.append(strip.node, ratingCard.node);
  // What was read stays where it was above what grows.
  let height = 0;
  const growing = new ResizeObserver(() => {
    const scroll = context.panel.querySelector('.scroll');
    if (scroll) scroll.scrollTop += slot.offsetHeight - height;
    height = slot.offsetHeight;
  });
  growing.observe(slot);
  const typing = dom.element('li', { class: 'message agent person' });

  function showForm(shown: EmailForm): void {
    close();
    form = shown;
    slot.append(shown.node);
    settle();
    shown.focus();
    render();
  }

  /** One thing above the composer at a time, and the composer unless there is a form. */
  function settle(): void {
    composer.node.hidden = form !== undefined || own.isOpen;
    slot.hidden = own.isOpen;
    if (form) strip.node.hidden = ratingCard.node.hidden = true;
  }

  function close(): boolean {
    const wasOpen = form !== undefined || own.isOpen;
    form?.node.remove();
    form = undefined;
    own.close();
    settle();
    if (wasOpen) render();
    return wasOpen;
  }

  function done(text: string): void {
    close();
    composer.focus();
    context.asked(text);
    service.ask();
  }

  async function askPerson(): Promise<void> {
    if (form) return form.focus();
    const isWaiting = view?.conversation.handling === 'waiting';
    const isLive = !isWaiting && (await service.hours())?.open === true;
    showForm(
      createEmailForm(context, strings, {
        title: settings.strings.person,
        text: isLive ? strings.handoffLive : strings.handoffText,
        send: isLive ? strings.handoffAsk : strings.handoffSend,
        optional: isLive,
        email,
        async submit(given) {
          await client.requestPerson(given);
          email = given;
          done(given ? fill(strings.handoffDone, given) : strings.handoffDoneHere);
        },
        cancel: endForm,
      }),
    );
  }

  function takeAlong(): void {
    showForm(
      createEmailForm(context, strings, {
        title: strings.takeAlong,
        text: strings.takeAlongText,
        send: strings.takeAlongSend,
        email,
        async submit(given) {
          await client.call('/transcript', { email: given });
          done(fill(strings.takenAlong, given ?? ''));
        },
        cancel: endForm,
      }),
    );
  }

  function endForm(): void {
    close();
    composer.focus();
  }

  return {
    seenText: strings.seen,
    get isBusy() {
      return form !== undefined || own.isOpen;
    },
    askPerson: () => void askPerson(),
    close,

    update(now, isOpen) {
      view = now;
      const { conversation } = now;
      const { handling, sequence, rating } = conversation;
      if (sequence === 0 && before !== '') {
        before = '';
        email = undefined;
        pictures.forget();
        faces.forget();
        service.forget();
      }
      const state = `${handling} ${now.handedOver}`;
      if (sequence > 0 && before !== state && handling && handling !== 'bot') service.ask();
      before = sequence > 0 ? state : '';
      service.keepAsking(isOpen && handling === 'waiting');
      strip.update(now);
      faces.update(now);
      ratingCard.update(handling === 'resolved', rating, service.status?.canTakeAlong === true);
      pictures.allow(
        (handling === 'waiting' || handling === 'person') && service.status?.canSendPictures === true,
      );
      own.allow(client.identity !== undefined);
      settle();
    },

    typed(text) {
      const handling = view?.conversation.handling;
      if (handling !== 'person' && handling !== 'waiting') return;
      const now = Date.now();
      const isEmpty = text.trim() === '';
      if (isEmpty ? typingSaidAt === 0 : now - typingSaidAt < typingSaidAgainMs) return;
      typingSaidAt = isEmpty ? 0 : now;
      // Nothing depends on it.
      client.call('/typing', { typing: !isEmpty }).catch(() => {});
    },

    lastNodes(now) {
      const nodes: Node[] = [...pictures.outgoing(now)];
      const { typing: name, conversation } = now;
      if (name !== undefined && conversation.handling === 'person') {
        if (typing.dataset.name !== name) {
          typing.dataset.name = name;
          typing.replaceChildren(
            dom.element(
              'p',
              { class: 'note types' },
              dots(),
              fill(strings.types, name || settings.strings.agent),
            ),
          );
        }
        nodes.push(typing);
      }
      return nodes;
    },

    drawPictures: pictures.draw,

    dispose() {
      growing.disconnect();
      service.dispose();
      pictures.dispose();
      own.dispose();
      strip.node.remove();
      ratingCard.node.remove();
    },
  };

  function dots(): HTMLElement {
    const parts = [dom.element('i'), dom.element('i'), dom.element('i')];
    return dom.element('span', { class: 'dots', 'aria-hidden': 'true' }, ...parts);
  }
};
