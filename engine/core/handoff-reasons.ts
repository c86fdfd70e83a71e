// Why a person is needed, in a sentence for whoever is called.
import type { HandoffReason } from './conversation.ts';

export const reasonSentences: Readonly<Record<HandoffReason, string>> = {
  'customer-request': 'A customer asked for a person.',
  unanswered: 'The assistant could not help a customer.',
  'service-error': 'The assistant failed, and a customer waits.',
  danger: 'Somebody may come to harm: a customer wrote of danger.',
  card: 'A customer asked something that a person answers.',
};
