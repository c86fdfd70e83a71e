// Erasing, ingesting, training and comparing models exclude each other: each of them would bring back, or keep, what another one removes.
import { join, relative, resolve } from 'node:path';
import { lockJob } from '#ingest/job-lock.ts';

/** Throws `job-locked` at once if one of them is at work. */
export function lockDataFolder(dataDir: string): Disposable {
  using stack = new DisposableStack();
  stack.use(lockJob(dataDir));
  stack.use(lockTraining(dataDir));
  stack.use(lockJob(join(dataDir, 'candidates'), 'comparison of models'));
  return stack.move();
}

/** For what learns from, or drafts of, what is kept in the data folder. */
export function lockTraining(dataDir: string): Disposable {
  return lockJob(join(dataDir, 'privacy'), 'training run, labelling, draft or erasure');
}

/** The same where one of the paths lies in the data folder; elsewhere nothing is erased, and nobody has to wait. */
export function lockTrainingOn(dataDir: string, paths: readonly string[]): Disposable | undefined {
  const isInside = (path: string) => path !== '' && !relative(dataDir, resolve(path)).startsWith('..');
  return paths.some(isInside) ? lockTraining(dataDir) : undefined;
}
