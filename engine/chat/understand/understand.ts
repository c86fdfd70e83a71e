// One customer message, understood: what it does, what to search with, and the one vector that searches.
// It looks nothing up and decides nothing.
import type { CallOptions } from '#core/call-options.ts';
import type { Message, Topic } from '#core/conversation.ts';
import type { ActClassifier } from '#core/dialogue-acts.ts';
import type { Embedder, QueryVector } from '#core/embedder.ts';
import { type AppError, isAbortError, toAppError } from '#core/errors.ts';
import type { QueryContext } from '#core/retriever.ts';
import type { Act } from './act.ts';
import { condense } from './condense.ts';
import { type DangerFinder, dangerIn as shippedDangerIn } from './danger.ts';
import { offeredTopics, openQuestion, unhelpedReplies } from './dialogue-state.ts';
import { createActReader, isAboutSomething } from './read-acts.ts';
import { recogniseAct } from './recognise-act.ts';
import { type RewriteQuestion, withRewritten } from './rewrite-question.ts';

export interface CustomerTurn {
  readonly question: Message;
  /** Earlier messages, oldest first. */
  readonly history: readonly Message[];
}

export interface Understanding {
  readonly act: Act;
  /** How many of the desk's last replies, in a row, did not help. */
  readonly unhelped: number;
  /** What to search with. */
  readonly query: string;
  /** What the conversation was about before. */
  readonly context?: QueryContext | undefined;
  /** The question complete in itself, for what reads one text. */
  readonly standalone: string;
  /** The last turn alone, its misspelled words as the articles write them. */
  readonly asked: string;
  /** Of `query`; absent where nothing has to be looked up, and in danger, which must not wait for a model. */
  readonly vector?: QueryVector | undefined;
}

export interface UnderstandDependencies {
  /** Of the knowledge base in use. */
  readonly embedder: Pick<Embedder, 'modelId' | 'embedQuery'>;
  /** A text with its misspelled words as the articles write them: what is read is compared word by word. */
  readonly asWritten?: ((text: string, options: CallOptions) => Promise<string>) | undefined;
  /** Tells by its words what a message does. */
  readonly acts: ActClassifier;
  /** Tells of danger; the phrases that come with the desk if left out. */
  readonly dangerIn?: DangerFinder;
  /** Makes a later turn a complete question; without it, or when it fails, `condense` does. */
  readonly rewriteQuestion?: RewriteQuestion;
}

export interface UnderstandOptions extends CallOptions {
  readonly rewriteFailed?: (error: AppError) => void;
}

/** Rejects as the embedder does, or with the signal's reason. */
export type Understand = (turn: CustomerTurn, options?: UnderstandOptions) => Promise<Understanding>;

type Search = Pick<Understanding, 'query' | 'context' | 'standalone'>;

export function createUnderstand({
  embedder,
  asWritten = async (text) => text,
  acts,
  dangerIn = shippedDangerIn,
  rewriteQuestion,
}: UnderstandDependencies): Understand {
  const reader = createActReader(acts);

  async function embed(text: string, signal: AbortSignal | undefined): Promise<QueryVector> {
    // Read before the wait: a generation of another model may be swapped in meanwhile.
    const { modelId } = embedder;
    return { modelId, values: await embedder.embedQuery(text, { signal }) };
  }

  async function searchFor(
    { question, history }: CustomerTurn,
    { signal, rewriteFailed }: UnderstandOptions,
  ): Promise<Search> {
    const turns = [...history, question];
    const condensed = condense(turns, {
      afterClarify: offeredTopics(history) !== undefined,
      isAboutSomething: isAboutSomething(reader),
    });
    const asCondensed = { ...condensed.search, standalone: condensed.query };
    if (!rewriteQuestion || !(condensed.search.context || condensed.followUp)) return asCondensed;
    try {
      const rewritten = await rewriteQuestion(turns, { signal });
      if (rewritten === undefined) return asCondensed;
      const { query, search } = withRewritten(condensed, rewritten);
      return { ...search, standalone: query };
    } catch (thrown) {
      if (signal?.aborted || isAbortError(thrown)) throw thrown;
      rewriteFailed?.(toAppError(thrown));
      return asCondensed;
    }
  }

  return async (turn, options = {}) => {
    const { question, history } = turn;
    const { signal } = options;
    const text = question.text.trim();
    const act = recogniseAct(question.text, history, { reader, dangerIn });
    const unhelped = unhelpedReplies(history, question.text, reader);
    if (act.kind === 'pick') {
      const query = queryAbout(act.topics, openQuestion(history));
      return { act, unhelped, query, standalone: query, asked: query, vector: await embed(query, signal) };
    }
    if (act.kind !== 'question' || text === '')
      return { act, unhelped, query: text, standalone: text, asked: question.text };
    const search = await searchFor(turn, options);
    // Of a first turn they are one text.
    const texts = [...new Set([search.query, search.standalone, text])];
    const written = await Promise.all(texts.map((one) => asWritten(one, { signal })));
    const meant = (one: string) => written[texts.indexOf(one)]!;
    const query = meant(search.query);
    return {
      act,
      unhelped,
      ...search,
      query,
      standalone: meant(search.standalone),
      asked: meant(text),
      vector: await embed(query, signal),
    };
  };
}

/**
 * What the customer asked before the desk asked back. It is looked up in the articles that were picked since, and between passages of one
 * article its title decides nothing. A topic that is a question says more than that.
 */
function queryAbout(topics: readonly Topic[], asked: Message | undefined): string {
  if (topics.length > 0 && topics.every(({ isQuestion }) => isQuestion))
    return topics.map(({ title }) => title).join('\n');
  return asked?.text ?? topics.map(({ title }) => title).join('\n');
}
