// Erasing, ingesting, training and comparing models exclude each other: each of them would bring back, or keep, what another one removes.
import { join } from 'node:path';
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
  return lockJob(join(dataDir, 'privacy'), 'training run, draft or erasure');
}
