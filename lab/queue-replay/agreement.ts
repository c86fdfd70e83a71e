// Whether the bot said what the agent then said, without anybody to judge: an answer agrees when it is closer to the words of its own
// customer's agent than to what agents told the customers whose questions were most alike. So it is no proof that both speak of the same
// company in the same words. By chance one answer in twenty agrees.

/** Customers with like questions that an answer is compared with; with so many, chance is one in twenty. */
const neighbours = 19;
/** Agents who use the same text module said the same: neither for nor against. Cosine. */
const sameWords = 0.995;

export interface Agreements {
  /** In the order of the answers. */
  readonly agreeing: readonly boolean[];
  /** Share that would agree if answers had nothing to do with their questions. */
  readonly chance: number;
}

export interface AnswerVectors {
  readonly questions: readonly Float32Array[];
  readonly answers: readonly Float32Array[];
  /** What the agent of the same customer said. */
  readonly agentWords: readonly Float32Array[];
}

/** Vectors of length 1, one of each list for a customer. */
export function agreements({ questions, answers, agentWords }: AnswerVectors): Agreements {
  const compared = Math.min(neighbours, answers.length - 1);
  if (compared < 1) return { agreeing: answers.map(() => false), chance: 0 };
  const agreeing = answers.map((answer, index) => {
    const own = dot(answer, agentWords[index]!);
    return questions
      .map((question, other) => ({ other, alike: dot(question, questions[index]!) }))
      .filter(({ other }) => other !== index && dot(agentWords[other]!, agentWords[index]!) < sameWords)
      .sort((a, b) => b.alike - a.alike)
      .slice(0, compared)
      .every(({ other }) => own > dot(answer, agentWords[other]!));
  });
  return { agreeing, chance: 1 / (compared + 1) };
}

/** What is left of the share of answers that agree when chance is taken out; 0 to 1. */
export function shareBeyondChance(agreeing: readonly boolean[], chance: number): number {
  if (agreeing.length === 0) return 0;
  const share = agreeing.filter(Boolean).length / agreeing.length;
  return Math.max(0, (share - chance) / (1 - chance));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
