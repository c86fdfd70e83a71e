// A damaged generation stops every job that needs it. The error says how to go on without it.
import { AppError } from '#core/errors.ts';

/** For `catch`: rethrows, and adds the command that goes back to `knowledge-base-damaged`. */
export function adviseRollback(cause: unknown): never {
  if (!(cause instanceof AppError) || cause.code !== 'knowledge-base-damaged') throw cause;
  const message = `${cause.message} Go back to the generation before it: answerdesk ingest rollback`;
  throw new AppError('knowledge-base-damaged', message, { cause });
}
