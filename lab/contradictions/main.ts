// Precision and recall of contradictions on data/evals/contradictions.jsonl, and how many are found in a help centre:
// `node lab/contradictions/main.ts [DATA_DIR]`.
import { readFile } from 'node:fs/promises';
import { loadConfig } from '#app/config.ts';
import { packagePath } from '#core/package-root.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { wilsonInterval } from '#learning/metrics/classification.ts';
import { openEmbedder } from '#models/embedder/open-embedder.ts';
import { contradictionOf, shippedThresholds } from '#quality/contradictions/compare-facts.ts';
import { type Fact, factsIn } from '#quality/contradictions/facts.ts';
import { findContradictions, pairCosines } from '#quality/contradictions/find-contradictions.ts';

interface Case {
  readonly id: string;
  readonly contradiction: boolean;
  readonly split: 'tune' | 'test' | 'held-out';
  readonly first: { readonly title: string; readonly text: string };
  readonly second: { readonly title: string; readonly text: string };
}

const [dataDir] = process.argv.slice(2);
const embedder = await openEmbedder(loadConfig().embedder);
try {
  if (dataDir === undefined) await measureCases();
  else await countIn(dataDir);
} finally {
  await embedder.close();
}

async function measureCases(): Promise<void> {
  const text = await readFile(packagePath('data/evals/contradictions.jsonl'), 'utf8');
  const cases = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);
  const pairsOf = cases.map(({ first, second }) => {
    const [one, other] = [first, second].map((passage, at) =>
      factsIn({ ...passage, documentId: `${at}`, headingPath: [] }),
    );
    return one!.flatMap((a) => other!.map((b): [Fact, Fact] => [a, b]));
  });
  const cosines = await pairCosines(pairsOf.flat(), embedder);
  let at = 0;
  const judged = cases.map((one, row) => {
    const own = pairsOf[row]!.map(([first, second]) => ({ first, second, ...cosines[at++]! }));
    const found = own.some((pair) => contradictionOf(pair, shippedThresholds) !== undefined);
    return {
      ...one,
      found,
      cosines: own.map(({ cosine, sentenceCosine }) =>
        [cosine.toFixed(2), sentenceCosine.toFixed(2)].join('/'),
      ),
    };
  });
  for (const { id, split, contradiction, found, cosines: near, first, second } of judged)
    if (contradiction !== found) console.log(split, id, near.join(' '), '|', first.text, '|', second.text);
  for (const split of ['tune', 'test', 'held-out'] as const) {
    const part = judged.filter((one) => one.split === split);
    const hits = part.filter(({ contradiction, found }) => contradiction && found).length;
    const flagged = part.filter(({ found }) => found).length;
    const planted = part.filter(({ contradiction }) => contradiction).length;
    console.log(split, {
      precision: share(hits, flagged),
      recall: share(hits, planted),
      nearMisses: part.length - planted,
    });
  }
}

function share(part: number, all: number): string {
  const [low, high] = wilsonInterval(part, all);
  return `${part} of ${all} = ${(part / Math.max(1, all)).toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

async function countIn(folder: string): Promise<void> {
  const generation = await openCurrentGeneration(folder);
  if (!generation) throw new Error(`nothing is published in ${folder}`);
  const started = performance.now();
  const { found, facts } = await findContradictions({ ...generation, embedder });
  console.log(
    `${generation.info.documents} documents, ${facts} facts, ${found.length} found, ${Math.round(performance.now() - started)} ms`,
  );
  for (const { first, second, cosine } of found)
    console.log(`${cosine.toFixed(2)} [${first.title}] ${first.text}\n     [${second.title}] ${second.text}`);
}
