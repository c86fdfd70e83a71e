// Whether the bot said what the agent then said, without anybody to judge: an answer agrees when it is closer to the words of its own
// customer's agent than to 95 % of what agents told the other customers. By chance that happens to one answer in twenty.
import { quantile } from '../metrics/bootstrap.ts';

const chance = 0.05;

/** Vectors of length 1, in pairs. For each pair whether it agrees. */
export function agreements(answers: readonly Float32Array[], agentWords: readonly Float32Array[]): boolean[] {
  return answers.map((answer, index) => {
    const others = agentWords.filter((_, other) => other !== index).map((words) => dot(answer, words));
    if (others.length === 0) return false;
    return (
      dot(answer, agentWords[index]!) >
      quantile(
        others.sort((a, b) => a - b),
        1 - chance,
      )
    );
  });
}

/** What is left of the share of answers that agree when chance is taken out; 0 to 1. */
export function shareBeyondChance(agreeing: readonly boolean[]): number {
  if (agreeing.length === 0) return 0;
  const share = agreeing.filter(Boolean).length / agreeing.length;
  return Math.max(0, (share - chance) / (1 - chance));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
