// What comes of a page of a site, and what is remembered of it.

/** What is remembered of a page until the next run. JSON. */
export interface PageState {
  readonly etag?: string;
  readonly lastModified?: string;
  /** Of the article that it became; absent for a page that is read for its links only. */
  readonly article?: string;
  readonly links: readonly string[];
}

interface Visited {
  /** As it was asked for: the key of its state. */
  readonly url: string;
  /** Pages of the site that it leads to. */
  readonly links: readonly URL[];
  readonly bytes?: number;
}

export interface PageVisit extends Visited {
  readonly type: 'page';
  /** The address that the page gives itself. */
  readonly article: string;
  readonly html: string;
  readonly title: string;
  readonly language?: string;
  /** As written. */
  readonly changed?: string;
  /** Absent if the server does not say how to ask whether the page has changed. */
  readonly state?: PageState;
}

/** The server says that it is as it was. */
export interface UnchangedVisit extends Visited {
  readonly type: 'unchanged';
  readonly article: string;
  readonly state: PageState;
}

/** No article: read for its links, or gone. */
export interface LinksVisit extends Visited {
  readonly type: 'links';
  readonly state?: PageState;
}

export interface UnreadVisit extends Visited {
  readonly type: 'unread';
  /** Completes "The page …". */
  readonly reason: string;
  /** Perhaps it can be read again later: what is known of it holds on. */
  readonly isPassing: boolean;
  readonly state?: PageState;
}

export type Visit = PageVisit | UnchangedVisit | LinksVisit | UnreadVisit;
