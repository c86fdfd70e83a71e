// Choices that are the same in every run, whatever else is in the data.
import { createHash } from 'node:crypto';

/** 0 <= number < 1, of the id. */
export function shareOf(id: string, seed: number): number {
  return createHash('sha256').update(`${seed}\n${id}`).digest().readUInt32BE() / 2 ** 32;
}
