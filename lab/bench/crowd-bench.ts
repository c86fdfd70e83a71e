// Customers at once on one machine, the bench among them on the same cores. With `--against`, another checkout answers the same crowd in
// turns with this one.
import { askAndVanish, askTogether, type Crowd, type CrowdResult, metricsToken } from './crowd.ts';
import type { BenchRow } from './report.ts';
import { copyOf, type ServerBench, serveDesk } from './server-benches.ts';
import { type Pair, spread, spreadOfPairs } from './statistics.ts';

const rounds = 3;
const together = 500;
const manyTogether = 2_000;
/** Customers who come as fast as two cores answer. */
const oneAfterAnother = { customers: 200, spreadMs: 20_000 };

export async function benchCrowd(bench: ServerBench): Promise<BenchRow[]> {
  const { questions } = bench;
  const crowd: Crowd = { customers: together, questions };
  const serve = async (settings: Record<string, string>, checkout?: string) =>
    serveDesk(
      { ...bench, dataDir: await copyOf(bench) },
      { ANSWERDESK_METRICS_TOKEN: metricsToken, ANSWERDESK_MAX_CONCURRENT_ANSWERS: '10000', ...settings },
      checkout,
    );
  const fresh: CrowdPair[] = [];
  const again: CrowdPair[] = [];
  for (let round = 0; round < rounds; round++) {
    const sides: [CrowdResult, CrowdResult][] = [];
    for (const checkout of bench.against === undefined ? [undefined] : [undefined, bench.against]) {
      await using server = await serve({}, checkout);
      // The second time, all of it has been asked before.
      sides.push([await askTogether(server, crowd), await askTogether(server, crowd)]);
    }
    const [ours, theirs] = sides;
    fresh.push({ ours: ours![0], theirs: theirs?.[0] });
    again.push({ ours: ours![1], theirs: theirs?.[1] });
  }
  await using limited = await serve({ ANSWERDESK_MAX_CONCURRENT_ANSWERS: '200' });
  // A server that has just started has everything to compile.
  await askTogether(limited, { ...crowd, customers: 200 });
  const many: CrowdResult[] = [];
  const refusedBare: CrowdResult[] = [];
  await using bare = await bench.workspace.serve('lab/bench/refusing-server.ts', {
    ready: /listening on (\S+)/,
  });
  for (let round = 0; round < rounds; round++) {
    many.push(await askTogether(limited, { ...crowd, customers: manyTogether }));
    refusedBare.push(await askTogether(bare, { ...crowd, customers: manyTogether }));
  }
  const ofAll = (of: (result: CrowdResult) => number) => many.map(of).join(', ');
  const vanished = await askAndVanish(limited, { ...crowd, customers: manyTogether });
  const steady = await askTogether(limited, { ...crowd, ...oneAfterAnother });
  const once = `${together} customers at once`;
  return [
    row(`${once}, CPU of an answer`, 'ms', { rounds: fresh, of: ({ cpuPerAnswer }) => cpuPerAnswer }),
    row(`${once}, first token p95`, 's', {
      rounds: fresh,
      of: ({ firstTextMs }) => firstTextMs.p95 / 1000,
      targets: { ours: '<= 3' },
    }),
    row(`${once}, asked before: answers a second`, '', {
      rounds: again,
      of: ({ answersPerSecond }) => answersPerSecond,
      ...(bench.against === undefined ? {} : { targets: { ratio: '>= 5' } }),
    }),
    row(`${once}, asked before: CPU of an answer`, 'ms', {
      rounds: again,
      of: ({ cpuPerAnswer }) => cpuPerAnswer,
    }),
    row(`${once}, asked before: first token p95`, 's', {
      rounds: again,
      of: ({ firstTextMs }) => firstTextMs.p95 / 1000,
    }),
    {
      name: `${manyTogether} customers at once, 200 allowed: time until refused, p95`,
      note: `${ofAll(({ answered }) => answered)} answered, ${ofAll(({ refused }) => refused)} refused`,
      unit: 'ms',
      peer: 'a bare Node server that refuses everybody',
      ...spreadOfPairs(
        many.map(({ refusalMs }, round) => ({
          ours: refusalMs.p95,
          theirs: refusedBare[round]!.refusalMs.p95,
        })),
      ),
      targets: { ours: '<= 200' },
    },
    {
      name: `${manyTogether} customers at once: connections that broke`,
      unit: '',
      ours: spread(many.map(({ broken }) => broken)),
      targets: { ours: '<= 0' },
    },
    {
      name: `${oneAfterAnother.customers} customers in ${oneAfterAnother.spreadMs / 1000} s: how alike they wait for the first token (Jain's index)`,
      unit: '',
      ours: spread([steady.jain]),
      targets: { ours: '>= 0.95' },
    },
    {
      name: `${manyTogether} customers vanish: until nothing is left of them`,
      unit: 's',
      ours: spread([vanished / 1000]),
    },
  ];
}

interface CrowdPair {
  readonly ours: CrowdResult;
  readonly theirs: CrowdResult | undefined;
}

interface CrowdRow extends Pick<BenchRow, 'targets'> {
  readonly rounds: readonly CrowdPair[];
  readonly of: (result: CrowdResult) => number;
}

function row(name: string, unit: string, { rounds, of, targets }: CrowdRow): BenchRow {
  const pairs = rounds.flatMap(({ ours, theirs }): Pair[] =>
    theirs ? [{ ours: of(ours), theirs: of(theirs) }] : [],
  );
  const measured =
    pairs.length > 0
      ? { peer: 'the other checkout', ...spreadOfPairs(pairs) }
      : { ours: spread(rounds.map(({ ours }) => of(ours))) };
  return { name, unit, ...measured, ...(targets ? { targets } : {}) };
}
