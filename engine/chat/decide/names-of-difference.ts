import type { Topic } from '#core/conversation.ts';
export function namesOfDifference(topics: readonly Topic[]): Topic[] {
  return [...topics];
}
