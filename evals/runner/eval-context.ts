// What the suites of a run share, opened once by the process that runs them.
import { join } from 'node:path';
import { inject } from 'vitest';
import type { Config } from '#server/config.ts';
import { type EvalCase, readAllCases } from '../cases/eval-case.ts';
import { type Ask, createAsk } from '../core/ask.ts';
import type { SuiteContext } from '../core/result.ts';
import { openSubject } from './open-subject.ts';
import { openRecordStore, type RecordStore } from './record-store.ts';
import type { RunSettings } from './run-settings.ts';

export interface EvalContext extends SuiteContext {
  readonly settings: RunSettings;
  readonly config: Config;
  /** Golden questions, or what `--cases` named. */
  readonly cases: readonly EvalCase[];
  readonly records: RecordStore;
  /** Remembers its answers. */
  readonly ask: Ask;
}

let opening: Promise<EvalContext> | undefined;

/** The same for all suites of the process; it ends with it. */
export function evalContext(): Promise<EvalContext> {
  opening ??= open(inject('evals'));
  return opening;
}

async function open(settings: RunSettings): Promise<EvalContext> {
  const { dependencies, desk, config } = await openSubject(settings);
  const records = openRecordStore(settings.cacheFile, settings.subject.fingerprint);
  const ask = createAsk(dependencies);
  return {
    settings,
    config,
    dependencies,
    knowledge: desk.knowledge.current(),
    embedder: desk.knowledge.embedder,
    casesDir: join(import.meta.dirname, '../../data/evals'),
    seed: settings.seed,
    cases: await readAllCases(settings.cases),
    records,
    ask: (turns, options) => records.remember(['ask', turns], () => ask(turns, options)),
  };
}
