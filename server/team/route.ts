// One route of the team's interface as data: what may be asked, who may ask, what comes back. The router, the OpenAPI document and the test
// that walks every route with every role all read the same list.
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Accounts } from '#access/accounts.ts';
import type { SetupLink } from '#access/setup-link.ts';
import type { SingleSignOn } from '#access/single-sign-on.ts';
import type { Logger } from '#app/logger.ts';
import type { ArticleWork } from '#app/open-article-work.ts';
import type { Answering } from '#chat/runs/answering.ts';
import type { CaseWork } from '#chat/runs/case-work.ts';
import type { SuggestAnswer } from '#chat/suggest-answer.ts';
import type { Permission, Principal, Role } from '#core/access.ts';
import type { BridgeStore } from '#core/bridges.ts';
import type { FiguresStore } from '#core/figures.ts';
import type { InboxStore } from '#core/inbox.ts';
import type { NoticeStore } from '#core/notices.ts';
import type { CleanPictureOf, PictureStore } from '#core/pictures.ts';
import type { ConversationStore } from '#core/stores.ts';
import type { TeamStore } from '#core/team.ts';

export interface TeamDependencies {
  readonly accounts: Accounts;
  readonly cases: CaseWork;
  readonly store: ConversationStore &
    InboxStore &
    NoticeStore &
    BridgeStore &
    TeamStore &
    FiguresStore &
    Pick<PictureStore, 'picture'>;
  readonly suggest: SuggestAnswer;
  readonly answering: Pick<Answering, 'ask' | 'signals'>;
  /** Makes a picture of somebody of what they sent. Absent: nobody can have one. */
  readonly cleanFace?: CleanPictureOf | undefined;
  readonly logger?: Logger | undefined;
  /** How people sign in; default: with passwords alone. */
  readonly signIn?: SignInWays | undefined;
  /** Only while the first admin may be made by it. */
  readonly setupLink?: SetupLink | undefined;
  /** Absent where nothing can be read from here. */
  readonly articles?: ArticleWork | undefined;
}

export interface SignInWays {
  readonly passwords: boolean;
  readonly provider?: SingleSignOn | undefined;
  /** Of who was not invited; undefined: they are refused. */
  readonly newRole?: Role | undefined;
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
  /** Of a route that takes a file. */
  readonly file: Readable;
  /** The client has left. */
  readonly signal: AbortSignal;
  /** As the browser asked, with this server's public name. */
  readonly url: URL;
  /** Of a sign-in at the provider that this browser has begun. */
  readonly ticket: string | undefined;
  /** `undefined` takes it away. */
  setTicket(ticket: string | undefined): void;
  /** The session's cookie; `undefined` takes it away. */
  setSession(session: { token: string; expiresAt: string } | undefined): void;
}

export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below /api/v1, in Express's form: `/inbox/:id`. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params?: Schema;
  readonly query?: Schema;
  readonly body?: Schema;
  /** The body is the file itself. Only with `put`. */
  readonly takesFile?: true;
  /** What `handle` returns is the address that the browser is sent to (303). */
  readonly redirects?: true;
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
