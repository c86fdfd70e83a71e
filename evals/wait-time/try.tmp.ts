import { writeFileSync } from 'node:fs';
import { loadConfig } from '#server/config.ts';
import { openAnswerDesk } from '#server/deps.ts';
import { runWaitTime } from './run-wait-time.ts';

const desk = await openAnswerDesk(loadConfig());
const { fallbackModel: _f, ...dependencies } = desk.dependencies;
const sets: Record<string, object> = {
  sample: {},
  star: { transcripts: ['/work/shared/data/star/dialogues.jsonl.gz'] },
  twitter: {
    transcripts: ['/work/shared/data/twitter_care/dev.jsonl', '/work/shared/data/twitter_care/test.jsonl'],
  },
};
for (const name of process.argv.slice(2)) {
  const t = performance.now();
  const out = await runWaitTime(
    {
      dependencies,
      knowledge: desk.knowledge.current(),
      embedder: desk.knowledge.embedder,
      casesDir: 'data/evals',
      seed: 1,
    },
    sets[name]!,
  );
  console.log(name, (performance.now() - t) / 1000, 's');
  for (const [k, m] of Object.entries(out.metrics))
    console.log(k, m.value.toFixed(3), 'n', m.n, m.low.toFixed(3), m.high.toFixed(3), m.note ?? '');
  console.log(out.notes);
  writeFileSync(`/work/scratch/safety/wait-${name}.json`, JSON.stringify(out, null, 1));
}
await desk[Symbol.asyncDispose]();
