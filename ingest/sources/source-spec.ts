// Where a source's documents come from: one kind of place a variant.

/** Files and folders of this machine. */
export interface FilesSpec {
  readonly type: 'files';
  readonly paths: readonly string[];
}

/** A website such as a help centre: its pages are articles. */
export interface WebSpec {
  readonly type: 'web';
  /** The front page; what is below its path belongs to the source. */
  readonly url: string;
  readonly maxPages?: number | undefined;
  /** Links from the front page. */
  readonly maxDepth?: number | undefined;
  readonly requestsPerSecond?: number | undefined;
  /** Globs on the path: what becomes an article, and what is not even fetched. */
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  /** The site may be on the company's own network; default false. */
  readonly allowPrivate?: boolean | undefined;
}

export const deskNames = ['zendesk', 'intercom', 'freshdesk', 'help-scout', 'chatwoot'] as const;
export type DeskName = (typeof deskNames)[number];

/** A help desk, read through its API. */
export interface DeskSpec {
  readonly type: 'desk';
  readonly desk: DeskName;
  /** Zendesk, Freshdesk: the subdomain. Intercom: us, eu or au. Chatwoot: HOST/NUMBER. Help Scout: a name of your own. */
  readonly account: string;
  /** Tickets are past conversations that have ended. */
  readonly read: readonly ('articles' | 'tickets')[];
  /** A day. Tickets that changed before are not read; default: a year before the first run. */
  readonly ticketsSince?: string | undefined;
  /** Names of environment variables instead of the usual ones, for a second account of a desk: `{ token: 'ACME_TOKEN' }`. */
  readonly secrets?: Readonly<Record<string, string>> | undefined;
}

export type SourceSpec = FilesSpec | WebSpec | DeskSpec;

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
