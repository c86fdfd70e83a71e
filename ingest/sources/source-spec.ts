// Where a source's documents come from: one kind of place a variant.

/** Files and folders of this machine. */
export interface FilesSpec {
  readonly type: 'files';
  readonly paths: readonly string[];
}

export type SourceSpec = FilesSpec;

/** What a source knows of its last run: ETags, hashes, "since". */
export interface SourceMemory {
  /** Undefined when nothing was remembered, or the last run did not publish. */
  recall(key: string): unknown;
  /** JSON. Kept only once the run has published, so that what a failed run read is read again. */
  remember(key: string, value: unknown): void;
}
