// What the suites of a run share. It is opened once a run.
import type { Config } from '#app/config.ts';
import { packagePath } from '#core/package-root.ts';
import type { Generation } from '#knowledge/generations/generation-reader.ts';
import type { ConversationCase } from '../cases/conversation-case.ts';
import type { EvalCase } from '../cases/eval-case.ts';
import { type Ask, createAsk } from '../core/ask.ts';
import type { CaseResult, SuiteContext } from '../core/result.ts';
import type { OpenedSubject } from './open-subject.ts';
import { openRecordStore, type RecordStore } from './record-store.ts';
import type { RunSettings } from './run-settings.ts';

export interface EvalContext extends SuiteContext {
  readonly settings: RunSettings;
  readonly config: Config;
  /** Golden questions, or what `--cases` named. */
  readonly cases: readonly EvalCase[];
  /** Whole conversations, as `--conversations` named them. */
  readonly conversations: readonly ConversationCase[];
  /** What the knowledge base searches in, for suites that look at its parts. */
  readonly generation: Generation;
  readonly records: RecordStore;
  /** Remembers its answers. */
  readonly ask: Ask;
  /** How many cases are asked at the same time. */
  readonly casesAtOnce: number;
  /** Told of each case as it is judged, so that a run that is interrupted still shows those. */
  caseDone?(result: CaseResult): void;
}

/** For a model server, which gains from several questions at once. */
const casesAtOnceOfServer = 8;

/** Owns nothing: closing `opened` ends it. */
export function createEvalContext(
  settings: RunSettings,
  { dependencies, desk, config, generation }: OpenedSubject,
  asked: Pick<EvalContext, 'cases' | 'conversations'>,
): EvalContext {
  const records = openRecordStore(settings.cacheFile, settings.subject.fingerprint);
  const ask = createAsk(dependencies);
  return {
    ...asked,
    settings,
    config,
    dependencies,
    knowledge: desk.knowledge.current(),
    embedder: desk.knowledge.embedder,
    casesDir: packagePath('data/evals'),
    seed: settings.seed,
    generation,
    records,
    ask: (turns, options) => records.remember(['ask', turns], () => ask(turns, options)),
    // The embedder gives a text a slightly different vector beside others in one batch, so with everything in process cases are asked
    // one by one and two runs agree to the last digit.
    casesAtOnce: settings.subject.chatModel === 'extractive' ? 1 : casesAtOnceOfServer,
  };
}
