// Why a page could not be fetched.

export type FetchErrorKind =
  | 'refused'
  | 'unreachable'
  | 'too-slow'
  | 'too-large'
  | 'redirects'
  | 'wrong-type'
  | 'damaged';

/** `message` completes "The page …": it names hosts and limits, never text of the page. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  readonly kind: FetchErrorKind;

  constructor(kind: FetchErrorKind, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.kind = kind;
  }

  /** Perhaps it works in a minute. */
  get isPassing(): boolean {
    return this.kind === 'unreachable' || this.kind === 'too-slow';
  }
}
