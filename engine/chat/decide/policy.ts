// What to do with a message, decided before anything is written, from what it does and from retrieval evidence alone:
// answer, ask back, return small talk, decline, or hand over. Coefficients and thresholds are fitted on labelled questions (see `calibration`).
import type { CardMatch } from '#core/answer-card.ts';
import { askedKindOf, holdsKind } from '#core/asked-kind.ts';
import type { HandoffReason, Message, Topic } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import type { Act, SmallTalk } from '../understand/act.ts';
import { addressIn } from '../understand/address.ts';
import { contentWords } from '../understand/content-words.ts';
import { type Danger, emergencyAdviceIn } from '../understand/danger.ts';
import { giveUpAfter, isOpening, offeredTopics } from '../understand/dialogue-state.ts';
import type { ChosenCards } from './choose-cards.ts';
import { evidenceFeatures, type FeatureName, featureNames, writtenLogit } from './evidence-features.ts';
import { realAlternatives } from './real-alternatives.ts';

/** Logistic regression over `evidenceFeatures`, and the probabilities from which on the desk answers or asks back. */
export interface PolicyFit {
  readonly coefficients: Readonly<Record<FeatureName, number>>;
  readonly intercept: number;
  readonly answerFrom: number;
  readonly clarifyFrom: number;
  /** What else `answerFrom` could be, smallest budget first. */
  readonly errorBudgets?: readonly ErrorBudget[] | undefined;
}

/** One promise that the fit can keep, and what it costs; see engine/learning/calibration/conformal-risk.ts. */
export interface ErrorBudget {
  /** At most this share of all questions is answered although the passages do not hold the answer. */
  readonly budget: number;
  readonly answerFrom: number;
  /** Share of all questions, and of those an article answers, that are answered then. */
  readonly coverage: number;
  readonly answerableAnswered: number;
}

/** The fit for evidence without a reranker's, and the one for evidence with it. */
export interface Calibration extends PolicyFit {
  readonly embedder: string;
  readonly reranked?: RerankedFit | undefined;
}

export interface RerankedFit extends PolicyFit {
  /** Id of the model. */
  readonly reranker: string;
}

export type PolicyOutcome =
  | {
      readonly decision: 'answer';
      readonly confidence: number;
      /** To be given word for word. */
      readonly card?: CardMatch;
      /** Likely enough to be given, not to be stated: whoever quotes it says so. */
      readonly isUnsure?: boolean;
    }
  | {
      readonly decision: 'clarify';
      readonly confidence: number;
      readonly topics: readonly Topic[];
      /** The customer said yes to several topics, or that the last reply was of no use. */
      readonly after?: 'unclear-yes' | 'unhelped';
    }
  | {
      readonly decision: 'decline';
      readonly confidence: number;
      /** The customer toyed with the desk: the reply stays friendly and says what it is for. */
      readonly tone?: 'calm';
      /** What the articles list the neighbours of, and not this one. */
      readonly code?: string;
      /** What was found may still be it: it is quoted, with the word that nothing sure was found. */
      readonly isNear?: boolean;
    }
  | { readonly decision: 'small-talk'; readonly confidence: number; readonly smallTalk: SmallTalk }
  /** The customer left the address that was asked for. */
  | {
      readonly decision: 'small-talk';
      readonly confidence: number;
      readonly smallTalk: 'contact';
      readonly email: string;
    }
  | {
      readonly decision: 'handoff';
      readonly confidence: number;
      readonly reason: Exclude<HandoffReason, 'danger' | 'card'>;
      /** The customer vented anger, which is taken seriously. */
      readonly tone?: 'sorry';
      /** Left with the request. */
      readonly email?: string | undefined;
    }
  | {
      readonly decision: 'handoff';
      readonly confidence: number;
      readonly reason: 'card';
      readonly card: CardMatch;
    }
  | {
      readonly decision: 'handoff';
      readonly confidence: number;
      readonly reason: 'danger';
      readonly danger: Danger;
      /** What the articles say about it, and nothing else that they say. */
      readonly advice: ScoredChunk | undefined;
    };

export interface PolicyInput {
  readonly act: Act;
  readonly question: string;
  /** How many of the desk's last replies, in a row, did not help. */
  readonly unhelped: number;
  /** Earlier messages, oldest first, without the question. */
  readonly history: readonly Message[];
  readonly passages: readonly ScoredChunk[];
  readonly cards?: ChosenCards;
}

export function decide(input: PolicyInput, calibration: Calibration): PolicyOutcome {
  const { act, passages, cards } = input;
  switch (act.kind) {
    case 'danger':
      return {
        decision: 'handoff',
        confidence: 1,
        reason: 'danger',
        danger: act.danger,
        advice: emergencyAdviceIn(passages, act.danger),
      };
    case 'misuse':
      return { decision: 'decline', confidence: act.confidence, tone: 'calm' };
    case 'person-request':
      return {
        decision: 'handoff',
        confidence: act.confidence,
        reason: 'customer-request',
        email: act.email,
      };
    case 'anger':
      return { decision: 'handoff', confidence: act.confidence, reason: 'unanswered', tone: 'sorry' };
    case 'address':
      return { decision: 'small-talk', confidence: 1, smallTalk: 'contact', email: act.email };
    case 'small-talk':
      return { decision: 'small-talk', confidence: act.confidence, smallTalk: act.smallTalk };
    case 'unclear-pick':
      return { decision: 'clarify', confidence: 1, topics: act.topics, after: 'unclear-yes' };
    case 'unhelped':
      return decideUnhelped(input);
    case 'pick':
      // The customer has said which article: what it holds is the answer, however little the words of the question resemble it.
      if (passages.length > 0)
        return { decision: 'answer', confidence: answerProbability(input, calibration) };
      return decideByEvidence(input, calibration);
    case 'question':
      return decideByCard(cards) ?? decideByEvidence(input, calibration);
  }
}

/** What the team has settled is not weighed. */
function decideByCard({ given }: ChosenCards = {}): PolicyOutcome | undefined {
  if (given?.card.kind === 'hand-over')
    return { decision: 'handoff', confidence: 1, reason: 'card', card: given };
  if (given) return { decision: 'answer', confidence: 1, card: given };
  return undefined;
}

function decideUnhelped({ history, unhelped }: PolicyInput): PolicyOutcome {
  const last = history.findLast(({ author }) => author !== 'customer')?.decision;
  // To an answer a second try is owed; to a reply that held none, a person.
  const stillStuck = last === 'answer' ? 0 : 1;
  return unhelped + stillStuck >= giveUpAfter
    ? { decision: 'handoff', confidence: 0, reason: 'unanswered' }
    : { decision: 'clarify', confidence: 0, topics: [], after: 'unhelped' };
}

function decideByEvidence(
  { question, history, passages, unhelped }: PolicyInput,
  calibration: Calibration,
): PolicyOutcome {
  const confidence = answerProbability({ question, passages }, calibration);
  const { answerFrom, clarifyFrom } = fitFor(passages, calibration);
  const offered = offeredTopics(history);
  // Asking back twice in a row would be an interrogation.
  const mayAskBack = offered === undefined && unhelped < giveUpAfter;
  // In other words than before, and what was offered is found again: the two together are surer than the fit, which sees one turn.
  const confirmed = offered?.some(({ documentId }) => documentId === passages[0]?.chunk.documentId);
  // "It doesn't work" is no question that the articles fail to answer: it is none yet.
  // Signs and pictures alone ask nothing, whatever comes near to them.
  if (!/[\p{L}\p{N}]/u.test(question))
    return mayAskBack
      ? { decision: 'clarify', confidence: 0, topics: [] }
      : { decision: 'handoff', confidence: 0, reason: 'unanswered' };
  const saysNothingYet = isOpening(history) && saysOneWord(question);
  if (mayAskBack && (saysNothingYet || confidence >= clarifyFrom)) {
    const topics = realAlternatives({ question, history }, passages);
    if (topics.length > 0) return { decision: 'clarify', confidence, topics };
  }
  const isSure = confidence >= (confirmed || isExceptionFound(question, passages) ? clarifyFrom : answerFrom);
  // Whatever the thresholds: a model that is given nothing makes its answer up.
  if (isSure && passages.length > 0) {
    const isUnsure = !confirmed && confidence < statedFrom(fitFor(passages, calibration));
    return { decision: 'answer', confidence, ...(isUnsure ? { isUnsure } : {}) };
  }
  if (mayAskBack && saysNothingYet) return { decision: 'clarify', confidence, topics: [] };
  if (unhelped + 1 >= giveUpAfter) return { decision: 'handoff', confidence, reason: 'unanswered' };
  // Too unsure to answer from; the customer may still see at a glance that it is the one.
  const isNear =
    confidence >= clarifyFrom &&
    !isAddressAlone(question) &&
    passages.some(({ chunk }) => chunk.kind === 'article');
  return { decision: 'decline', confidence, ...(isNear ? { isNear } : {}) };
}

/** In scripts without spaces a whole question looks like one word. */
function saysOneWord(question: string): boolean {
  return (
    contentWords(question).size <= 1 &&
    !/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Thai}]{5,}/u.test(question)
  );
}

/** "My mail is …" asks for no article, whatever comes close. */
function isAddressAlone(question: string): boolean {
  const address = addressIn(question);
  return address !== undefined && contentWords(question.replace(address, ' ')).size <= 1;
}

/** What is excepted stands in one sentence beside all that holds, and looks less like the question than that does. */
function isExceptionFound(question: string, [best]: readonly ScoredChunk[]): boolean {
  return (
    best !== undefined && askedKindOf(question) === 'exception' && holdsKind(best.chunk.text, 'exception')
  );
}

/** At most this share of all questions is answered wrongly without a word of doubt; what may be answered beyond it is given with one. */
const statedBudget = 0.05;

/** The probability from which on an answer is stated; 0 where the fit makes no promises. */
function statedFrom({ errorBudgets = [] }: PolicyFit): number {
  const kept = errorBudgets.filter(({ budget }) => budget <= statedBudget);
  return kept.toSorted((a, b) => b.budget - a.budget)[0]?.answerFrom ?? 0;
}

/** Probability, 0 to 1, that the passages hold the answer. */
export function answerProbability(
  { question, passages }: Pick<PolicyInput, 'question' | 'passages'>,
  calibration: Calibration,
): number {
  if (passages.length === 0) return 0;
  const features = evidenceFeatures(passages, question);
  const { coefficients, intercept } = fitFor(passages, calibration);
  const fitted = featureNames.reduce((sum, name) => sum + coefficients[name] * features[name], intercept);
  const logit = fitted + writtenLogit(passages);
  return 1 / (1 + Math.exp(-logit));
}

/** A reranker may be missing, late or broken for one question: that question is then judged as without it. */
function fitFor(passages: readonly ScoredChunk[], calibration: Calibration): PolicyFit {
  const wasRead = passages.some(({ evidence }) => evidence.rerank !== undefined);
  return (wasRead && calibration.reranked) || calibration;
}
