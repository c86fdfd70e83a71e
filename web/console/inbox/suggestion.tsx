// What the desk itself would answer, with its sources, above the reply. Nothing of it is sent unless the agent puts it in and sends it.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon } from '../parts/icon.tsx';
import { t } from '../text/strings.ts';
import { suggestionQuery } from '../wire/queries.ts';
import type { CaseDetails, Suggestion as Suggested } from '../wire/types.ts';
import { Prose } from './prose.tsx';
import { SourceList } from './thread.tsx';

interface SuggestionProps {
  readonly details: CaseDetails;
  readonly onUse: (text: string) => void;
}

export function Suggestion({ details, onUse }: SuggestionProps) {
  const { conversationId } = details.item;
  const last = details.messages.findLast(({ author }) => author !== 'bot');
  return last?.author === 'customer' ? (
    <OfQuestion key={last.id} id={conversationId} questionId={last.id} onUse={onUse} />
  ) : null;
}

interface OfQuestionProps {
  readonly id: string;
  readonly questionId: string;
  readonly onUse: (text: string) => void;
}

function OfQuestion({ id, questionId, onUse }: OfQuestionProps) {
  const client = useQueryClient();
  const query = suggestionQuery(id, questionId);
  const { data: suggestion, error, isFetching, refetch } = useQuery(query);
  if (isFetching)
    return (
      <div className="suggestion line" role="status">
        {t.suggesting}
        <button type="button" className="quiet" onClick={() => void client.cancelQueries(query)}>
          {t.stop}
        </button>
      </div>
    );
  if (error || suggestion === undefined)
    return (
      <div className="suggestion line">
        {error ? t.suggestFailed : t.suggested}
        <button type="button" className="quiet" onClick={() => void refetch()}>
          {t.retry}
        </button>
      </div>
    );
  if (suggestion === null) return null;
  const { answer, passages } = suggestion;
  if (!answer && passages.length === 0) return <div className="suggestion line">{t.noSuggestionAtAll}</div>;
  const sources = answer
    ? answer.citations
    : passages.map((passage, index) => ({ number: index + 1, ...passage }));
  return (
    <details className="suggestion">
      <summary>
        <Icon name="bot" />
        <strong>{answer ? t.suggested : t.noSuggestion}</strong>
        <span className="suggestion-lead">
          {answer ? spoken(answer.text) : passages.map(({ title }) => title).join(' · ')}
        </span>
      </summary>
      <div className="suggestion-body">
        {answer && <Prose text={answer.text} />}
        {answer && (
          <button type="button" className="main" onClick={() => onUse(replyOf(answer))}>
            {t.useSuggestion}
          </button>
        )}
        {sources.length > 0 && <SourceList sources={sources} />}
      </div>
    </details>
  );
}

/** As a person writes it: without the assistant's marks, with the addresses of its articles. */
function replyOf({ text, citations }: NonNullable<Suggested['answer']>): string {
  const urls = new Set(citations.flatMap(({ url }) => (url && /^https?:/i.test(url) ? [url] : [])));
  return [spoken(text), ...(urls.size > 0 ? [[...urls].join('\n')] : [])].join('\n\n');
}

function spoken(markdown: string): string {
  return markdown
    .replace(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, '$1 ($2)')
    .replace(/\*\*|__|`|^#+ |\s?\[\d+\]/gm, '')
    .trim();
}
