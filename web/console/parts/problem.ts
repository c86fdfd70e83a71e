import { t } from '../text/strings.ts';
import { Refusal, Unreachable } from '../wire/http.ts';

/** A sentence for who tried. The server's own where it has one. */
export function problemText(error: unknown): string {
  if (error instanceof Unreachable) return t.unreachable;
  return (error instanceof Refusal && error.message) || t.failed;
}
