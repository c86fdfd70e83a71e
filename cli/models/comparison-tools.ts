// What compares and publishes models. Loaded when it is needed: it brings the suites along.
import type { UseTools } from '#learning/promotion/use-model.ts';

export async function openTools(): Promise<UseTools> {
  const [{ buildCandidate, publishCandidate }, { writeStamp }, { createModelEvaluation }] = await Promise.all(
    [
      import('#ingest/publish/candidate.ts'),
      import('#ingest/embed/embedder-stamp.ts'),
      import('#evals/runner/evaluate-model.ts'),
    ],
  );
  const screen = {
    write: (text: string) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
  };
  return { buildCandidate, publishCandidate, writeStamp, evaluate: createModelEvaluation(screen) };
}
