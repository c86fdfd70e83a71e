// What to do with a question, decided before anything is generated, from retrieval evidence alone:
// answer, ask back, decline, or hand over. Coefficients and thresholds are fitted on labelled questions (see `calibration`).
import type { HandoffReason, Message, Topic } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import { addressesTheModel } from './addresses-the-model.ts';
import { chooseTopic } from './choose-topic.ts';
import { contentWords } from './content-words.ts';
import { isOpening, offeredTopics, unhelpedReplies } from './dialogue-state.ts';
import { saysNoMoreThanUnhelped } from './did-not-help.ts';
import { evidenceFeatures, type FeatureName, featureNames } from './evidence-features.ts';
import { type SmallTalk, smallTalkIn } from './small-talk.ts';

/** Logistic regression over `evidenceFeatures`, and the probabilities from which on the desk answers or asks back. */
export interface PolicyFit {
  readonly coefficients: Readonly<Record<FeatureName, number>>;
  readonly intercept: number;
  readonly answerFrom: number;
  readonly clarifyFrom: number;
  /** What else `answerFrom` could be, smallest budget first. */
  readonly errorBudgets?: readonly ErrorBudget[] | undefined;
}

/** One promise that the fit can keep, and what it costs; see evals/calibration/conformal-risk.ts. */
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
  | { readonly decision: 'answer'; readonly confidence: number }
  | {
      readonly decision: 'clarify';
      readonly confidence: number;
      readonly topics: readonly Topic[];
      /** It is no question back at all. */
      readonly smallTalk?: SmallTalk;
      /** The customer said yes to several topics, or that the last reply was of no use. */
      readonly after?: 'unclear-yes' | 'unhelped';
    }
  | {
      readonly decision: 'decline';
      readonly confidence: number;
      /** The customer vented anger at the desk, or toyed with it: the reply stays friendly and says what it is for. */
      readonly tone?: 'calm';
    }
  | { readonly decision: 'handoff'; readonly confidence: number; readonly reason: HandoffReason };

export interface PolicyInput {
  readonly question: string;
  /** Earlier messages, oldest first, without the question. */
  readonly history: readonly Message[];
  readonly passages: readonly ScoredChunk[];
  /** The passages are of the topics that the customer picked from those offered. */
  readonly picked?: boolean;
}

/** What can be decided without looking anything up. */
export function decideBeforeRetrieval({
  question,
  history = [],
}: Pick<PolicyInput, 'question'> & Partial<Pick<PolicyInput, 'history'>>): PolicyOutcome | undefined {
  if (addressesTheModel(question)) return { decision: 'decline', confidence: 0, tone: 'calm' };
  if (wantsPerson(question)) return { decision: 'handoff', confidence: 1, reason: 'customer-request' };
  const offered = offeredTopics(history);
  const choice = offered && chooseTopic(question, offered);
  // A second yes is taken for all of them: see `pickedTopics`.
  if (choice?.kind === 'which-one' && unhelpedReplies(history, question) < giveUpAfter)
    return { decision: 'clarify', confidence: 1, topics: offered!, after: 'unclear-yes' };
  if (choice?.kind === 'chosen' || choice?.kind === 'which-one') return undefined;
  const smallTalk = smallTalkIn(question);
  if (smallTalk) return { decision: 'clarify', confidence: 1, topics: [], smallTalk };
  const last = history.findLast(({ author }) => author !== 'customer')?.decision;
  if (choice?.kind === 'none' || (last && saysNoMoreThanUnhelped(question))) {
    // To an answer a second try is owed; to a reply that held none, a person.
    const stillStuck = last === 'answer' ? 0 : 1;
    return unhelpedReplies(history, question) + stillStuck >= giveUpAfter
      ? { decision: 'handoff', confidence: 0, reason: 'unanswered' }
      : { decision: 'clarify', confidence: 0, topics: [], after: 'unhelped' };
  }
  return undefined;
}

/** Topics that the customer picked from those that the desk offered in its last reply. */
export function pickedTopics({
  question,
  history,
}: Pick<PolicyInput, 'question' | 'history'>): readonly Topic[] | undefined {
  const offered = offeredTopics(history);
  const choice = offered && chooseTopic(question, offered);
  if (choice?.kind === 'chosen') return choice.topics;
  return choice?.kind === 'which-one' ? offered : undefined;
}

/** So many replies in a row that do not help, the one to come included, and a person is offered. */
const giveUpAfter = 2;

export function decide(
  { question, history, passages, picked = false }: PolicyInput,
  calibration: Calibration,
): PolicyOutcome {
  const confidence = answerProbability(passages, calibration);
  // The customer has said which article: what it holds is the answer, however little the words of the question resemble it.
  if (picked && passages.length > 0) return { decision: 'answer', confidence };
  const { answerFrom, clarifyFrom } = fitFor(passages, calibration);
  const offered = offeredTopics(history);
  const unhelped = unhelpedReplies(history, question);
  // Asking back twice in a row would be an interrogation.
  const mayAskBack = offered === undefined && unhelped < giveUpAfter;
  // In other words than before, and what was offered is found again: the two together are surer than the fit, which sees one turn.
  const confirmed = offered?.some(({ documentId }) => documentId === passages[0]?.chunk.documentId);
  const isFirst = isOpening(history);
  if (confidence >= (confirmed ? clarifyFrom : answerFrom)) {
    const ambiguous = mayAskBack && isFirst && fitsSeveral(question, passages);
    if (!ambiguous) return { decision: 'answer', confidence };
  }
  if (mayAskBack && confidence >= clarifyFrom)
    return { decision: 'clarify', confidence, topics: distinctTopics(passages, 3) };
  // "It doesn't work" is no question that the articles fail to answer: it is none yet.
  if (mayAskBack && isFirst && contentWords(question).size <= 1)
    return { decision: 'clarify', confidence, topics: [] };
  return unhelped + 1 >= giveUpAfter
    ? { decision: 'handoff', confidence, reason: 'unanswered' }
    : { decision: 'decline', confidence };
}

/** "How do I reset it?", where each of several devices is reset in its own way. */
const fewWords = 2;
/** Another article is nearly as good from this share of the best score on, if it has the same words of the question. */
const nearlyAsGood = 0.65;
const sameWords = 0.02;
/** Words that no passage has tell nothing apart. */
const leastCoverage = 0.4;

/**
 * The question says so little that another article fits it as well. Of 719 first questions that an article of eight help centres answers,
 * 7 are so short and one is taken for such; of ten that are too vague to answer, five, four of which the rule was made from. How many
 * customers type a single keyword and would rather be answered is not known.
 */
function fitsSeveral(question: string, passages: readonly ScoredChunk[]): boolean {
  const [best, ...others] = passages;
  if (!best || contentWords(question).size > fewWords) return false;
  const coverage = best.evidence.coverage ?? 0;
  if (coverage < leastCoverage) return false;
  return others.some(
    ({ chunk, score, evidence }) =>
      chunk.kind === 'article' &&
      chunk.documentId !== best.chunk.documentId &&
      score >= nearlyAsGood * best.score &&
      (evidence.coverage ?? 0) >= coverage - sameWords,
  );
}

/** Probability, 0 to 1, that the passages hold the answer. */
export function answerProbability(passages: readonly ScoredChunk[], calibration: Calibration): number {
  if (passages.length === 0) return 0;
  const features = evidenceFeatures(passages);
  const { coefficients, intercept } = fitFor(passages, calibration);
  const logit = featureNames.reduce((sum, name) => sum + coefficients[name] * features[name], intercept);
  return 1 / (1 + Math.exp(-logit));
}

/** A reranker may be missing, late or broken for one question: that question is then judged as without it. */
function fitFor(passages: readonly ScoredChunk[], calibration: Calibration): PolicyFit {
  const wasRead = passages.some(({ evidence }) => evidence.rerank !== undefined);
  return (wasRead && calibration.reranked) || calibration;
}

const person =
  '(?:(?:a |an |the |some |another )?(?:real |actual |live |human |support |customer service |customer support |service )*(?:person|people|human(?: being)?|agent|representative|rep|advisor|adviser|operator|someone|somebody|staff|support team|customer service|customer support|supervisor|manager|employee)(?: of yours| please)?)';
const requests = [
  new RegExp(
    `\\b(?:talk|speak|chat|connect|connected|transfer|transferred|put|pass|hand|escalate|get|reach|contact|call)\\b[^.?!]{0,24}?\\b(?:to|with|through to|over to|me|on to)\\s+${person}`,
    'i',
  ),
  /\b(?:want|need|give me|get me|let me (?:talk|speak) to|i'?d like|can i (?:have|get))\s+(?:to (?:talk|speak|chat) (?:to|with) )?(?:a |an |the )?(?:real |actual |live |human )+(?:person|human|agent|being|representative|rep|operator)?/i,
  /^\W*(?:human|agent|representative|operator|real person|live agent|person)(?:[\s,]+(?:please|pls|now))?\W*$/i,
  /\b(?:is there|are you|i want|get me|need)\b[^.?!]{0,16}\b(?:an? (?:actual|real|living) (?:person|human)|the (?:person|human)|a real (?:somebody|someone))\b/i,
  /\b(?:some(?:body|one)|a colleague|one of your (?:colleagues|team|people))\b[^.?!]{0,20}\b(?:help me|who knows|ring|call|phone|contact|get back to)\b/i,
  /\b(?:real|actual) (?:somebody|someone|person|human)\b[^.?!]{0,12}\bhelp\b/i,
  /\bcomplain(?:t)?\b[^.?!]{0,20}\b(?:to|with) (?:a |an |your |the )?(?:mana?ger|supervisor|person|human|someone|boss)\b/i,
  /\b(?:hablar|comunicarme|contactar)\b[^.?!]{0,20}\b(?:persona|agente|humano|alguien|representante)\b/i,
  /\bparler\b[^.?!]{0,20}\b(?:personne|humain|conseiller|agent|quelqu['’]un)\b/i,
  /\b(?:mensch(?:en)?|mitarbeiter(?:in)?|berater(?:in)?|jemande[nm])\b[^.?!]{0,20}\b(?:sprechen|reden|schreiben|verbinden)\b/i,
];
const refusals =
  /\b(?:don'?t|do not|no need to|without|rather not|not) (?:want |need |have |having )?(?:to )?(?:talk|speak|talking|speaking|call|calling)\b/i;
/** A request needs a verb of talking or a plain demand: "how do I add an agent to my account" asks for no person. */
export function wantsPerson(text: string): boolean {
  return !refusals.test(text) && requests.some((pattern) => pattern.test(text));
}

function distinctTopics(passages: readonly ScoredChunk[], count: number): Topic[] {
  const topics = new Map<string, Topic>();
  for (const { chunk } of passages) {
    const { documentId, title, kind } = chunk;
    if (kind === 'article' && !topics.has(title)) topics.set(title, { documentId, title });
  }
  return [...topics.values()].slice(0, count);
}
