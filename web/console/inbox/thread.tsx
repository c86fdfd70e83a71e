// What was said, oldest first, with the team's notes in their place. Stays at the end while one is there.
import { Fragment, useLayoutEffect, useRef } from 'react';
import { Icon } from '../parts/icon.tsx';
import { clock, fullTime, t } from '../text/strings.ts';
import type { CaseDetails, CaseMessage, CaseNote, Handling } from '../wire/types.ts';
import { Prose } from './prose.tsx';

/** Pixels from the end that count as being there. */
const nearEnd = 80;

type Entry =
  | { readonly at: string; readonly message: CaseMessage }
  | { readonly at: string; readonly note: CaseNote };

export function Thread({ details }: { readonly details: CaseDetails }) {
  const { messages, notes, item } = details;
  const frame = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const entries: Entry[] = [
    ...messages.map((message) => ({ at: message.createdAt, message })),
    ...notes.map((note) => ({ at: note.at, note })),
  ].sort((a, b) => (a.at < b.at ? -1 : 1));
  // biome-ignore lint/correctness/useExhaustiveDependencies: something was added.
  useLayoutEffect(() => {
    if (frame.current && isAtEnd.current) frame.current.scrollTop = frame.current.scrollHeight;
  }, [entries.length]);
  return (
    <section
      ref={frame}
      className="thread"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls.
      tabIndex={0}
      aria-label={t.messages}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < nearEnd;
      }}
    >
      <WhyPerson handling={item.handling} messages={messages} />
      <ol>
        {entries.map((entry) =>
          'note' in entry ? (
            <Note key={entry.note.id} note={entry.note} />
          ) : (
            <Message key={entry.message.id} message={entry.message} conversationId={item.conversationId} />
          ),
        )}
      </ol>
      <CustomerWord details={details} />
    </section>
  );
}

const whys = {
  'customer-request': 'why_customerRequest',
  unanswered: 'why_unanswered',
  'service-error': 'why_serviceError',
  danger: 'why_danger',
  card: 'why_card',
} as const;

/** The reason of the hand-over, and what the assistant tried before, in a line. */
function WhyPerson({ handling, messages }: { handling: Handling; messages: readonly CaseMessage[] }) {
  const { reason } = handling;
  if (!reason) return null;
  const tried = messages.flatMap(({ id, author, decision }) =>
    author === 'bot' && decision ? [{ id, decision }] : [],
  );
  return (
    <aside className={`why${reason === 'danger' ? ' alarm' : ''}`} aria-label={t.whyTitle}>
      <p>
        {reason === 'danger' && <Icon name="danger" />}
        <strong>{t[whys[reason]]}</strong>
      </p>
      {tried.length > 0 && (
        <p className="tried">
          {t.tried}{' '}
          {tried.map(({ id, decision }, index) => (
            <Fragment key={id}>
              {index > 0 && ' → '}
              <a href={`#${id}`} onClick={(event) => showMessage(event, id)}>
                {decisionName(decision)}
              </a>
            </Fragment>
          ))}
        </p>
      )}
    </aside>
  );
}

function showMessage(event: { preventDefault(): void }, id: string): void {
  event.preventDefault();
  const message = document.getElementById(id);
  message?.scrollIntoView({ block: 'center' });
  message?.focus();
}

function decisionName(decision: string): string {
  return Object.hasOwn(t, decision) ? t[decision as 'answer'] : decision;
}

function Message({
  message,
  conversationId,
}: {
  readonly message: CaseMessage;
  readonly conversationId: string;
}) {
  const { id, author, text, createdAt, person, decision, citations = [], pictures = [] } = message;
  const name =
    author === 'customer' ? t.customer : author === 'bot' ? t.assistant : (person?.name ?? t.agent);
  return (
    <li id={id} tabIndex={-1} className={`message ${author}`}>
      <div className="message-head">
        <strong>{name}</strong>
        {decision && <span className={`tag decision-${decision}`}>{decisionName(decision)}</span>}
        <time dateTime={createdAt} title={fullTime(createdAt)}>
          {clock(createdAt)}
        </time>
      </div>
      <div className="bubble">
        {author === 'bot' ? <Prose text={text} /> : text && <p className="plain-text">{text}</p>}
        {pictures.map((picture) => (
          <Picture key={picture.id} conversationId={conversationId} picture={picture} />
        ))}
      </div>
      {citations.length > 0 && (
        <details className="sources">
          <summary>
            {t.sources} ({citations.length})
          </summary>
          <ol>
            {citations.map(({ number, title, url, quote }) => (
              <li key={number}>
                <p>
                  <b>{number}</b> <strong>{title}</strong>
                </p>
                <blockquote>{quote}</blockquote>
                {url !== undefined && /^https?:/i.test(url) && (
                  <a href={url} target="_blank" rel="noopener noreferrer">
                    {t.openSource}
                  </a>
                )}
              </li>
            ))}
          </ol>
        </details>
      )}
    </li>
  );
}

/** Small in the thread; a click saves it whole. */
function Picture({
  conversationId,
  picture: { id, width, height },
}: {
  readonly conversationId: string;
  readonly picture: { readonly id: string; readonly width: number; readonly height: number };
}) {
  const address = `/api/v1/inbox/${conversationId}/pictures/${id}`;
  return (
    <a className="picture" href={address} download={`${id}.webp`}>
      <img src={address} width={width} height={height} alt={t.customerPicture} loading="lazy" />
    </a>
  );
}

/** That the customer went back to the assistant, and how they found the conversation. */
function CustomerWord({ details: { item, rating } }: { readonly details: CaseDetails }) {
  if (!rating && !item.handling.returnedBy) return null;
  return (
    <div className="customer-word">
      {item.handling.returnedBy && <p>{t.customerReturned}</p>}
      {rating && (
        <p className={rating.rating === 'up' ? 'good' : 'bad'}>
          <strong>{rating.rating === 'up' ? t.ratedGood : t.ratedBad}</strong>
          {rating.comment !== undefined && <q>{rating.comment}</q>}
        </p>
      )}
    </div>
  );
}

function Note({ note: { author, text, at } }: { readonly note: CaseNote }) {
  return (
    <li className="message note">
      <div className="message-head">
        <Icon name="note" />
        <strong>{author.name}</strong>
        <span className="tag">{t.note}</span>
        <time dateTime={at} title={fullTime(at)}>
          {clock(at)}
        </time>
      </div>
      <div className="bubble">
        <p className="plain-text">{text}</p>
      </div>
    </li>
  );
}
