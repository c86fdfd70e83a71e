// Where a source's documents come from: one kind of place a variant.

/** Files and folders of this machine. */
export interface FilesSpec {
  readonly type: 'files';
  readonly paths: readonly string[];
}

export type SourceSpec = FilesSpec;

/** What a source knows of its last run: ETags, hashes, "since". What a run does not remember again is forgotten. */
export interface SourceMemory {
  /** Undefined when nothing was remembered, or the last run did not publish. */
  recall(key: string): unknown;
  /**
   * JSON. Kept only once the run has published, so that what a failed run read is read again. `ids`: the documents that it is about, as
   * the source names them. If one of them is not published in the end, because it is a duplicate, say, this is not kept either: who
   * recalls it may say `kept`.
   */
  remember(key: string, value: unknown, ids?: readonly string[]): void;
}
