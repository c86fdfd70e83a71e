// What to do with a question, decided before anything is generated, from retrieval evidence alone:
// answer, ask back, decline, or hand over. Coefficients and thresholds are fitted on labelled questions (see `calibration`).
import type { HandoffReason, Message } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import type { IntentGuess } from '#core/intent-classifier.ts';
import { isGratitude, isSmallTalk } from './condense.ts';
import { evidenceFeatures, type FeatureName, featureNames } from './evidence-features.ts';

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
      readonly topics: readonly string[];
      readonly smallTalk?: 'greeting' | 'thanks';
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
  /** Of the question; absent where there is no classifier for the embedder in use. */
  readonly intent?: IntentGuess | undefined;
}

/** What can be decided without looking anything up. */
export function decideBeforeRetrieval({
  question,
}: Pick<PolicyInput, 'question'>): PolicyOutcome | undefined {
  if (addressesTheModel(question)) return { decision: 'decline', confidence: 0 };
  if (wantsPerson(question)) return { decision: 'handoff', confidence: 1, reason: 'customer-request' };
  if (isSmallTalk(question)) {
    return {
      decision: 'clarify',
      confidence: 1,
      topics: [],
      smallTalk: isGratitude(question) ? 'thanks' : 'greeting',
    };
  }
  return undefined;
}

export function decide({ history, passages }: PolicyInput, calibration: Calibration): PolicyOutcome {
  const confidence = answerProbability(passages, calibration);
  const { answerFrom, clarifyFrom } = fitFor(passages, calibration);
  if (confidence >= answerFrom) return { decision: 'answer', confidence };
  const previous = history.findLast((message) => message.role === 'agent')?.decision;
  // Asking back twice in a row would be an interrogation.
  if (confidence >= clarifyFrom && previous !== 'clarify') {
    return { decision: 'clarify', confidence, topics: distinctTitles(passages, 3) };
  }
  return previous === 'decline'
    ? { decision: 'handoff', confidence, reason: 'unanswered' }
    : { decision: 'decline', confidence };
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

const attacks = [
  /\b(?:ignore|disregard|forget|override|bypass)\b[^.?!]{0,30}\b(?:previous|prior|above|earlier|all|your|these|the)\b[^.?!]{0,20}\b(?:instructions?|rules?|prompts?|guidelines?|directions?)\b/i,
  /\b(?:repeat|print|reveal|show|output|translate|give me|tell me|what (?:is|are|was|were)|put)\b[^?!]{0,40}\b(?:your (?:system |hidden |initial |secret |own )(?:prompt|instructions|rules)|your prompt|your instructions (?:word for word|verbatim|exactly|in full)|system prompt|hidden (?:text|prompt|instructions)|everything above|(?:text|words?|lines?) above)\b/i,
  /\byou are (?:now|no longer) (?:in |an? |the )?[^.?!]{0,30}\b(?:mode|model|assistant|ai|dan|unrestricted|jailbroken|free)\b/i,
  /\b(?:pretend|act as if|imagine|role-?play)\b[^.?!]{0,30}\b(?:unrestricted|no rules|without (?:any )?(?:rules|restrictions)|jailbreak|another (?:ai|model))\b/i,
  /<\|(?:im_start|im_end|system|endoftext)\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|context|passage|conversation)>/i,
  /\b(?:developer|debug|god|admin) mode\b/i,
];
/**
 * Talk to a language model rather than to a help desk, from the commonest families of attacks (OWASP LLM01 and LLM07; garak promptinject,
 * sysprompt_extraction). A convenience that gives such messages an honest "I don't know": safety does not rest on it, since
 * there are no secrets in the prompt, agents-only text is never retrieved, and the output filter does not read the question.
 */
function addressesTheModel(text: string): boolean {
  return attacks.some((pattern) => pattern.test(text));
}

function distinctTitles(passages: readonly ScoredChunk[], count: number): string[] {
  const titles = passages.filter(({ chunk }) => chunk.kind === 'article').map(({ chunk }) => chunk.title);
  return [...new Set(titles)].slice(0, count);
}
