// A model that finds what names a person or where one lives: what no pattern can tell from an ordinary word.
import type { CallOptions } from './call-options.ts';

export type EntityKind = 'name' | 'address' | 'email' | 'phone' | 'url' | 'id';

export interface Entity {
  readonly kind: EntityKind;
  /** Offsets in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

export interface EntityFinder {
  /** `name@` and the first 8 hex digits of a hash of all that shapes its findings. */
  readonly modelId: string;
  /** For each text its entities, in order and without overlaps. Texts may be of any length. Rejects with `model-invalid`. */
  find(texts: readonly string[], options?: CallOptions): Promise<Entity[][]>;
  close(): Promise<void>;
}
