// One route of the team's interface as data: what may be asked, who may ask, what comes back. The router, the OpenAPI document and the test
// that walks every route with every role all read the same list.
import type { z } from 'zod';
import type { Accounts } from '#access/accounts.ts';
import type { Answering } from '#chat/runs/answering.ts';
import type { CaseWork } from '#chat/runs/case-work.ts';
import type { Permission, Principal } from '#core/access.ts';
import type { InboxStore } from '#core/inbox.ts';
import type { PictureStore } from '#core/pictures.ts';
import type { ConversationStore } from '#core/stores.ts';

export interface TeamDependencies {
  readonly accounts: Accounts;
  readonly cases: CaseWork;
  readonly answering: Pick<Answering, 'signals'>;
  readonly store: ConversationStore & InboxStore & Pick<PictureStore, 'picture'>;
}

/** `anyone`: no session needed; `signed-in`: whatever the role. */
export type Access = Permission | 'signed-in' | 'anyone';

type Schema = z.ZodObject;
type OutputOf<Shape extends Schema | undefined> = Shape extends Schema ? z.output<Shape> : undefined;

export interface TeamRequest<Params, Query, Body> {
  /** Of `anyone`, undefined without a session. */
  readonly principal: Principal;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** From the User-Agent header, for the list of sessions. */
  readonly device: string;
  readonly address: string;
  /** The session's cookie; `undefined` takes it away. */
  setSession(session: { token: string; expiresAt: string } | undefined): void;
}

export interface Route {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** Below /api/v1, in Express's form: `/inbox/:id`. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params?: Schema;
  readonly query?: Schema;
  readonly body?: Schema;
  /** Undefined: 204 without a body. `picture`: WebP, or 404. */
  readonly response?: z.ZodType | 'picture';
  handle(request: TeamRequest<never, never, never>, dependencies: TeamDependencies): Promise<unknown>;
}

interface TypedRoute<
  Params extends Schema | undefined,
  Query extends Schema | undefined,
  Body extends Schema | undefined,
  Result extends z.ZodType | 'picture' | undefined,
> extends Omit<Route, 'handle' | 'params' | 'query' | 'body' | 'response'> {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly response?: Result;
  handle(
    request: TeamRequest<OutputOf<Params>, OutputOf<Query>, OutputOf<Body>>,
    dependencies: TeamDependencies,
  ): Promise<
    Result extends z.ZodType ? z.input<Result> : Result extends 'picture' ? Uint8Array | undefined : void
  >;
}

/** Checks the types of one route; the list holds them without. */
export function route<
  Params extends Schema | undefined = undefined,
  Query extends Schema | undefined = undefined,
  Body extends Schema | undefined = undefined,
  Result extends z.ZodType | 'picture' | undefined = undefined,
>(typed: TypedRoute<Params, Query, Body, Result>): Route {
  return typed as unknown as Route;
}
