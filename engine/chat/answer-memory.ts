// Answers to questions that were asked lately. What is said to a first question follows from its words and from what the desk answers
// from, so the same question need not be looked up and composed again. Only where answers are quoted: a model that writes says it anew.
//
// What an answer follows from, and is kept under: the words of the question, the language of the conversation, the knowledge base with its
// cards, the thresholds, and the time as far as a card's ends. The rest is the same as long as the process lives: models, phrases of
// danger, settings.
//
// Not kept: later turns; what is handed over (when a person answers depends on the hour); and what repeats words of the customer. What would
// have been better with more time is kept as long as a rush lasts: who asks in it would get no better one, and all would wait longer.
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { endOf } from '#core/answer-card.ts';
import { newSecret } from '#core/conversation-secret.ts';
import type { ChatEvent } from '#core/events.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import type { Answer, AnswerDependencies, AnswerRequest } from './answer.ts';
import type { Calibration, PolicyOutcome } from './decide/policy.ts';
import { questionsIn } from './understand/questions-in.ts';

export interface AnswerMemory {
  /** The same answers; who asks what was asked lately gets the one that is kept. */
  remember(answer: Answer): Answer;
  /** At once, whoever asks next: nothing is kept longer than what it was made from. */
  forget(): void;
}

export interface AnswerMemoryOptions
  extends Pick<AnswerDependencies, 'knowledgeBase' | 'calibration' | 'observer' | 'now'> {
  readonly mostAnswers?: number;
  /** UTF-16 code units of all that is kept. */
  readonly mostCharacters?: number;
}

/** What all answers that are kept follow from. */
interface Ground {
  readonly knowledgeBase: KnowledgeBase;
  readonly calibration: Calibration;
  /** When the next card ends, in milliseconds since 1970. */
  readonly until: number;
}

interface KeptAnswer {
  readonly outcome: PolicyOutcome;
  readonly events: readonly ChatEvent[];
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** How long an answer is kept that was made in a hurry, in milliseconds. */
const rushMs = 60_000;

export function createAnswerMemory({
  knowledgeBase,
  calibration,
  observer: defaultObserver = {},
  now = () => new Date(),
  mostAnswers = 1_000,
  mostCharacters = 4_000_000,
}: AnswerMemoryOptions): AnswerMemory {
  const kept = new LRUCache<string, KeptAnswer>({
    max: mostAnswers,
    maxSize: mostCharacters,
    sizeCalculation: ({ events }) => JSON.stringify(events).length,
  });
  /** So that what customers wrote is not kept, nor can be found out by trying. */
  const secret = newSecret();
  let ground: Ground | undefined;

  /** Forgets what was made from anything else. Throws as `knowledgeBase` does. */
  function groundNow(): Ground {
    const current = { knowledgeBase: knowledgeBase(), calibration: calibration() };
    const at = now().getTime();
    if (
      ground?.knowledgeBase !== current.knowledgeBase ||
      ground.calibration !== current.calibration ||
      ground.until < at
    ) {
      kept.clear();
      ground = { ...current, until: nextEnd(current.knowledgeBase, at) };
    }
    return ground;
  }

  function groundOf({ conversation: { messages }, replyTo }: AnswerRequest): Ground | undefined {
    if (messages[0]?.id !== replyTo) return undefined;
    try {
      return groundNow();
    } catch {
      // Who answers tells why.
      return undefined;
    }
  }

  const keyOf = ({ conversation: { language = '', messages } }: AnswerRequest) =>
    hash('sha256', `${secret}\n${language}\n${messages[0]?.text}`, 'base64');

  return {
    remember: (answer) =>
      async function* (request, { signal, observer = defaultObserver } = {}) {
        const madeFrom = groundOf(request);
        if (!madeFrom) return yield* answer(request, { signal, observer });
        const key = keyOf(request);
        const known = kept.get(key);
        if (known && now().getTime() <= known.until) {
          observer.decided?.(known.outcome);
          observer.firstToken?.(0);
          for (const event of known.events) {
            signal?.throwIfAborted();
            yield addressed(event, request, now());
          }
          return;
        }
        let outcome: PolicyOutcome | undefined;
        let isCutShort = false;
        const watching = {
          ...observer,
          decided(decided: PolicyOutcome) {
            outcome = decided;
            observer.decided?.(decided);
          },
          cutShort() {
            isCutShort = true;
            observer.cutShort?.();
          },
        };
        const events: ChatEvent[] = [];
        for await (const event of answer(request, { signal, observer: watching })) {
          events.push(event);
          if (
            event.type === 'answer-end' &&
            event.reason === 'complete' &&
            outcome &&
            isForAll(events, outcome, request) &&
            groundOf(request) === madeFrom
          )
            kept.set(key, {
              outcome,
              events,
              until: isCutShort ? now().getTime() + rushMs : Number.POSITIVE_INFINITY,
            });
          yield event;
        }
      },
    forget() {
      kept.clear();
      ground = undefined;
    },
  };
}

/** Whether it is for whoever asks the same: no one's words are repeated in it, and nobody of the team is promised. */
function isForAll(
  events: readonly ChatEvent[],
  outcome: PolicyOutcome,
  { conversation: { messages } }: AnswerRequest,
): boolean {
  if (events.some(({ type }) => type === 'handoff-request' || type === 'contact-given')) return false;
  if ('email' in outcome || 'code' in outcome) return false;
  // Each answer of several stands under the question.
  return questionsIn(messages[0]!.text).length === 1;
}

function nextEnd({ findCards }: KnowledgeBase, at: number): number {
  const ends = (findCards?.(undefined) ?? []).map(({ card }) => endOf(card) ?? Number.POSITIVE_INFINITY);
  return Math.min(...ends.filter((end) => end >= at), Number.POSITIVE_INFINITY);
}

/** The event as one of this answer. */
function addressed(event: ChatEvent, { messageId, replyTo }: AnswerRequest, at: Date): ChatEvent {
  switch (event.type) {
    case 'answer-start':
      return { ...event, messageId, replyTo };
    case 'answer-end':
      return {
        ...event,
        message: { ...event.message, id: messageId, createdAt: at.toISOString(), replyTo },
      };
    default:
      return 'messageId' in event ? { ...event, messageId } : event;
  }
}
