// Joins an answer that is generated a second time to what the journal holds of the first. Pure: events in, events out.

import { AppError } from '#core/errors.ts';
import type { ChatEvent } from '#core/events.ts';
import type { JournalledAnswer } from '#core/journalled-answer.ts';

/**
 * While the new text repeats the journalled one, nothing is yielded; then the rest. If it differs, a new `answer-start` begins the
 * text anew. Throws an AppError if the new attempt fails before it has caught up: what was seen of the first is all there is.
 */
export async function* continueAnswer(
  before: JournalledAnswer,
  events: AsyncIterable<ChatEvent>,
): AsyncGenerator<ChatEvent> {
  let text = '';
  let caughtUp = !before.started;
  let start: ChatEvent | undefined;
  let sources: ChatEvent | undefined;

  function* beginAnew(messageId: string): Generator<ChatEvent> {
    if (start) yield start;
    if (sources) yield sources;
    if (text.length > 0) yield { type: 'answer-delta', messageId, text };
    caughtUp = true;
  }

  for await (const event of events) {
    if (event.type === 'handoff-request' && before.handedOver) continue;
    if (caughtUp || event.type === 'handoff-request' || event.type === 'contact-given') {
      yield event;
      continue;
    }
    switch (event.type) {
      case 'answer-start':
        start = event;
        break;
      case 'sources-available':
        sources = event;
        break;
      case 'answer-delta':
        text += event.text;
        if (before.text.startsWith(text)) break;
        if (!text.startsWith(before.text)) yield* beginAnew(event.messageId);
        else {
          caughtUp = true;
          if (sources?.type === 'sources-available' && sources.citations.length > before.citations.length)
            yield sources;
          yield { ...event, text: text.slice(before.text.length) };
        }
        break;
      case 'answer-replaced':
        // What a second attempt replaces was never shown, or will be: the text is compared as it is in the end.
        text = event.text;
        sources = { type: 'sources-available', messageId: event.messageId, citations: event.citations };
        break;
      case 'answer-end':
        if (event.reason !== 'complete')
          throw new AppError('model-unavailable', 'The second attempt broke off early.');
        if (text !== before.text) yield* beginAnew(event.message.id);
        yield event;
        break;
      case 'answer-error':
        if (before.text.length > 0) throw new AppError(event.code, event.message);
        yield event;
    }
  }
}
