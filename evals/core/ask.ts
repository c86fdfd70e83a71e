// One question through the same answer() as the server's, with everything that is judged later. A failure throws: a model server
// that is down must never look like a wrong answer.
import { type AnswerDependencies, createAnswer } from '#chat/answer.ts';
import type { PolicyOutcome } from '#chat/decide/policy.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Citation, Decision, Message, Topic } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { type FileTurn, toTurns } from '#core/turns.ts';
import type { CasePassage } from './result.ts';

/** JSON: it is kept, so that a run can be resumed. */
export interface AskRecord {
  readonly decision: Decision;
  /** Given with the desk's word that it may be no answer. */
  readonly isUnsure?: boolean;
  /** The policy's probability that the passages hold the answer; 0 or 1 where it decided without looking. */
  readonly confidence: number;
  /** False where the policy decided before anything was looked up. */
  readonly lookedUp: boolean;
  readonly text: string;
  readonly citations: readonly Citation[];
  /** What it offered when it asked back. */
  readonly topics?: readonly Topic[];
  /** Best first, as retrieved. */
  readonly passages: readonly AskPassage[];
}

export interface AskPassage {
  readonly documentId: string;
  readonly chunkId: string;
  readonly title: string;
  readonly text: string;
}

/** What a case says before its question; a bot's own turns carry their decision. */
export type AskTurn = FileTurn & Partial<Pick<Message, 'decision' | 'citations' | 'topics'>>;

export type Ask = (turns: readonly AskTurn[], options?: CallOptions) => Promise<AskRecord>;

const noDate = new Date(0).toISOString();

export function createAsk(dependencies: Omit<AnswerDependencies, 'observer'>): Ask {
  const answer = createAnswer({ ...dependencies, now: () => new Date(0) });
  return async (turns, { signal } = {}) => {
    const messages = toTurns(turns).map(
      (turn, index): Message => ({ ...turn, id: `m${index}`, createdAt: noDate }),
    );
    const conversation = { id: 'eval', createdAt: noDate, messages };
    let passages: readonly ScoredChunk[] = [];
    let lookedUp = false;
    let outcome: PolicyOutcome | undefined;
    let ended: Message | undefined;
    const events = answer(
      { conversation, messageId: 'answer', replyTo: `m${turns.length - 1}` },
      {
        signal,
        observer: {
          retrieved: (_durationMs, found) => {
            passages = found;
            lookedUp = true;
          },
          decided: (decided) => {
            outcome = decided;
          },
        },
      },
    );
    for await (const event of events) {
      if (event.type === 'answer-error') throw new AppError(event.code, event.message);
      if (event.type === 'answer-end') {
        if (event.reason !== 'complete')
          throw new AppError('model-unavailable', 'The model broke off in the middle of its answer.');
        const { because } = event.message.model ?? {};
        if (because !== undefined && because !== 'unsupported' && because !== 'incomplete')
          throw new AppError('model-unavailable', `The model wrote no answer: ${because}.`);
        ended = event.message;
      }
    }
    if (!ended || !outcome) throw new AppError('internal', 'The answer ended without an event that says so.');
    return {
      decision: ended.decision ?? 'answer',
      ...(outcome.decision === 'answer' && outcome.isUnsure ? { isUnsure: true } : {}),
      confidence: outcome.confidence,
      lookedUp,
      text: ended.text,
      citations: ended.citations ?? [],
      ...(ended.topics ? { topics: ended.topics } : {}),
      passages: passages.map(({ chunk }) => ({
        documentId: chunk.documentId,
        chunkId: chunk.id,
        title: chunk.title,
        text: chunk.text,
      })),
    };
  };
}

/** The passages that a reader of the report needs to judge an answer. */
export function casePassages(
  { passages, citations }: Pick<AskRecord, 'passages' | 'citations'>,
  gold: readonly string[],
  count = 5,
): CasePassage[] {
  const cited = new Set(citations.map(({ chunkId }) => chunkId));
  return passages.slice(0, count).map(({ documentId, chunkId, title, text }) => ({
    documentId,
    title,
    text: text.length > 400 ? `${text.slice(0, 400)}…` : text,
    ...(gold.includes(documentId) ? { gold: true } : {}),
    ...(cited.has(chunkId) ? { cited: true } : {}),
  }));
}
