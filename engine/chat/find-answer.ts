// One question, understood, looked up and decided on: everything that happens before the desk says a word.
//   understand -> card? -> retrieve -> decide
import type { CallOptions } from '#core/call-options.ts';
import type { Conversation, Message } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import { type AppError, isAbortError } from '#core/errors.ts';
import { withoutDenial } from '#core/negated-question.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import { cardsForTurn } from './decide/cards-for-turn.ts';
import type { ChosenCards } from './decide/choose-cards.ts';
import { decideByCode } from './decide/decide-by-code.ts';
import { passagesForPlatform } from './decide/passages-for-platform.ts';
import { pickedPassages } from './decide/picked-passages.ts';
import { type Calibration, decide, type PolicyOutcome } from './decide/policy.ts';
import { reachablePassages } from './decide/reachable-passages.ts';
import { usablePassages } from './decide/usable-passages.ts';
import { type Act, isLookedUp } from './understand/act.ts';
import {
  createUnderstand,
  type UnderstandDependencies,
  type Understanding,
} from './understand/understand.ts';

export interface FindDependencies extends UnderstandDependencies {
  /** The knowledge base in force now; throws `knowledge-base-missing` when there is none. */
  readonly knowledgeBase: () => KnowledgeBase;
  /** The thresholds in force now. */
  readonly calibration: () => Calibration;
  /** Waited for where much is computed in one go: others may be taken in first. */
  readonly myTurn?: () => Promise<void>;
}

export interface FindRequest {
  /** Up to the question, without it. */
  readonly conversation: Conversation;
  readonly question: Message;
  readonly now: Date;
}

export interface FindOptions extends CallOptions {
  readonly retrieved?: (durationMs: number, passages: readonly ScoredChunk[]) => void;
  readonly rewriteFailed?: (error: AppError) => void;
  /** See `RetrieveOptions`. */
  readonly cutShort?: (() => void) | undefined;
}

export interface Found {
  readonly act: Act;
  readonly outcome: PolicyOutcome;
  /** Complete in itself. */
  readonly query: string;
  /** As it was asked. */
  readonly question: string;
  /** Best first. */
  readonly passages: readonly ScoredChunk[];
  readonly cards: ChosenCards;
}

const passagesRetrieved = 10;
/** In danger the desk looks through more: the article that says what to do need not be the nearest. So it does for a picked section. */
const passagesSearchedThrough = 30;

/** Rejects as the models and the knowledge base do, or with the signal's reason. */
export function createFinder(dependencies: FindDependencies) {
  const { knowledgeBase, calibration, myTurn = async () => {} } = dependencies;
  const understand = createUnderstand({
    ...dependencies,
    asWritten: async (text, options) => (await knowledgeBase().asWritten?.(text, options)) ?? text,
  });

  async function retrieve(
    { act, query, standalone, asked, context, vector }: Understanding,
    { signal, cutShort }: Pick<FindOptions, 'signal' | 'cutShort'>,
  ): Promise<readonly ScoredChunk[]> {
    const options = {
      k: isSearchedThrough(act) ? passagesSearchedThrough : passagesRetrieved,
      filter: {
        audiences: ['customer'] as const,
        ...(act.kind === 'pick' ? { documents: act.topics.map(({ documentId }) => documentId) } : {}),
      },
      context,
      signal,
      cutShort,
    };
    const affirmative = withoutDenial(query);
    const [asAsked, withoutNot] = await Promise.all([
      knowledgeBase().retrieve(query, { ...options, vector }),
      affirmative === undefined ? [] : knowledgeBase().retrieve(affirmative, options),
    ]);
    const found = withEvidenceOf(asAsked, withoutNot);
    const usable = usablePassages(found);
    if (act.kind === 'pick') return pickedPassages(act.topics, usable);
    if (act.kind !== 'question') return usable;
    const reachable = reachablePassages(standalone, usable, dependencies.embedder);
    return passagesForPlatform({ question: asked, standalone }, reachable);
  }

  return async (
    { conversation, question, now }: FindRequest,
    { signal, retrieved, cutShort, ...told }: FindOptions = {},
  ): Promise<Found> => {
    const history = conversation.messages;
    const understanding = await understand({ question, history }, { signal, ...told });
    const { act, standalone, asked, unhelped } = understanding;
    const cards = cardsForTurn(understanding, { knowledgeBase, conversation, now });
    let passages: readonly ScoredChunk[] = [];
    if (isLookedUp(act) && !cards.given) {
      const retrievedAt = performance.now();
      try {
        passages = await retrieve(understanding, { signal, cutShort });
      } catch (thrown) {
        // The emergency number needs no article.
        if (act.kind !== 'danger' || signal?.aborted || isAbortError(thrown)) throw thrown;
      }
      retrieved?.(performance.now() - retrievedAt, passages);
      await myTurn();
    }
    const { text } = question;
    const byEvidence = decide({ act, question: text, history, passages, cards, unhelped }, calibration());
    const outcome =
      act.kind === 'question' && !cards.given
        ? decideByCode(byEvidence, { question: text, passages })
        : byEvidence;
    return { act, outcome, query: standalone, question: asked, passages, cards };
  };
}

/** What was found, with the stronger evidence of both ways to ask. The order stays. */
function withEvidenceOf(found: readonly ScoredChunk[], also: readonly ScoredChunk[]): readonly ScoredChunk[] {
  const evidenceOf = new Map(also.map(({ chunk, evidence }) => [chunk.id, evidence]));
  return found.map((passage) => {
    const { cosine = -1, rerank = -Infinity } = evidenceOf.get(passage.chunk.id) ?? {};
    const own = passage.evidence;
    return {
      ...passage,
      evidence: {
        ...own,
        ...(own.cosine === undefined ? {} : { cosine: Math.max(own.cosine, cosine) }),
        ...(own.rerank === undefined ? {} : { rerank: Math.max(own.rerank, rerank) }),
      },
    };
  });
}

function isSearchedThrough(act: Act): boolean {
  return (
    act.kind === 'danger' || (act.kind === 'pick' && act.topics.some(({ section }) => section !== undefined))
  );
}
