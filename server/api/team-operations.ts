// The team's routes as operations.
import type { Route } from '../team/route.ts';
import type { Answer, Operation } from './operation.ts';

/** By the beginning of the path; the first that fits. */
const tagOf: readonly (readonly [string, string])[] = [
  ['/inbox', 'Inbox'],
  ['/people', 'Inbox'],
  ['/me', 'Account'],
  ['/session', 'Signing in'],
  ['/sign-in', 'Signing in'],
  ['/password-links', 'Signing in'],
  ['/setup', 'Signing in'],
  ['/users', 'Team'],
  ['/api-keys', 'Team'],
  ['/audit', 'Team'],
];
const otherTag = 'Desk';

export function teamOperation(route: Route): Operation {
  const { method, path, summary, access, params, query, body, takesFile } = route;
  const isOpen = access === 'anyone';
  const [, tag = otherTag] = tagOf.find(([beginning]) => path.startsWith(beginning)) ?? [];
  return {
    method,
    path: `/api/v1${path.replace(/:(\w+)/g, '{$1}')}`,
    tag,
    summary,
    auth: isOpen ? 'none' : 'team',
    ...(isOpen || access === 'signed-in' ? {} : { permission: access }),
    ...(params ? { params } : {}),
    ...(query ? { query } : {}),
    ...(body ? { body } : {}),
    ...(takesFile ? { takesFile } : {}),
    answers: answersOf(route),
    refusals: [400, 401, 403, 404, 409, 413, 422, 429, 503],
  };
}

function answersOf({ redirects, response }: Route): Readonly<Record<number, Answer>> {
  if (redirects) return { 303: { description: 'Go to the address in `Location`.' } };
  if (response === 'picture') return { 200: { description: 'The picture.', type: 'image/webp' } };
  return response ? { 200: { description: 'Done.', schema: response } } : { 204: { description: 'Done.' } };
}
