// What was said, oldest first, with the team's notes in their place. Stays at the end while one is there.
import { useLayoutEffect, useRef } from 'react';
import { FaceOf } from '../parts/face.tsx';
import { Icon } from '../parts/icon.tsx';
import { clock, fullTime, t } from '../text/strings.ts';
import type { CaseDetails, CaseMessage, CaseNote } from '../wire/types.ts';
import { Prose } from './prose.tsx';
import { decisionName, Tried } from './tried.tsx';

/** Of a customer's picture in the thread, pixels. */
const widestPicture = 320;
const highestPicture = 260;
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
      <Tried details={details} />
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
        {person && <FaceOf name={person.name} className="small" />}
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
          <SourceList sources={citations} />
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
  const shownWidth = Math.min(width, widestPicture, (highestPicture * width) / height);
  return (
    <a className="picture" href={address} download={`${id}.webp`}>
      <img
        src={address}
        alt={t.customerPicture}
        loading="lazy"
        // The room is kept while it loads.
        style={{ width: shownWidth, aspectRatio: `${width} / ${height}` }}
      />
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

type Source = Omit<NonNullable<CaseMessage['citations']>[number], 'documentId'>;

export function SourceList({ sources }: { readonly sources: readonly Source[] }) {
  return (
    <ol className="source-list">
      {sources.map(({ number, title, url, quote }) => (
        <li key={number}>
          <p>
            <b>{number}</b> <strong>{title}</strong>
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls. */}
          <blockquote tabIndex={0}>{quote}</blockquote>
          {url !== undefined && /^https?:/i.test(url) && (
            <a href={url} target="_blank" rel="noopener noreferrer">
              {t.openSource}
            </a>
          )}
        </li>
      ))}
    </ol>
  );
}

function Note({ note: { author, text, at } }: { readonly note: CaseNote }) {
  return (
    <li className="message note">
      <div className="message-head">
        <Icon name="note" />
        <FaceOf name={author.name} className="small" />
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
