// Why a person is needed, and what was tried before: a line for each question, from the server's rule.
import { Icon } from '../parts/icon.tsx';
import { t } from '../text/strings.ts';
import type { Attempt, CaseDetails } from '../wire/types.ts';

const whys = {
  'customer-request': 'why_customerRequest',
  unanswered: 'why_unanswered',
  'service-error': 'why_serviceError',
  danger: 'why_danger',
  card: 'why_card',
} as const;

export function Tried({ details: { item, tried } }: { readonly details: CaseDetails }) {
  const { reason } = item.handling;
  if (!reason && tried.length === 0) return null;
  return (
    <aside className={`why${reason === 'danger' ? ' alarm' : ''}`} aria-label={reason ? t.whyTitle : t.asked}>
      {reason && (
        <p>
          {reason === 'danger' && <Icon name="danger" />}
          <strong>{t[whys[reason]]}</strong>
        </p>
      )}
      {tried.length > 0 && (
        <details className="tried" open={reason !== undefined}>
          <summary>
            {t.asked} ({tried.length})
          </summary>
          <ol>
            {tried.map((attempt) => (
              <Line key={attempt.questionId} attempt={attempt} />
            ))}
          </ol>
        </details>
      )}
    </aside>
  );
}

function Line({ attempt: { questionId, question, answer } }: { readonly attempt: Attempt }) {
  return (
    <li>
      <a href={`#${questionId}`} onClick={(event) => showMessage(event, questionId)}>
        {question}
      </a>
      <span className="tried-end">
        {answer ? (
          <a href={`#${answer.messageId}`} onClick={(event) => showMessage(event, answer.messageId)}>
            {answer.person ? `${t.answer}: ${answer.person}` : decisionName(answer.decision ?? 'answer')}
          </a>
        ) : (
          <span>{t.noAnswerYet}</span>
        )}
        {answer && answer.titles.length > 0 && <span> · {answer.titles.join(', ')}</span>}
        {answer?.rating && <strong> · {answer.rating === 'up' ? t.ratedUp : t.ratedDown}</strong>}
      </span>
    </li>
  );
}

function showMessage(event: { preventDefault(): void }, id: string): void {
  event.preventDefault();
  const message = document.getElementById(id);
  message?.scrollIntoView({ block: 'center' });
  message?.focus();
}

export function decisionName(decision: string): string {
  return Object.hasOwn(t, decision) ? t[decision as 'answer'] : decision;
}
