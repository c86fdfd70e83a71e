// One operation of the HTTP interface as data: what the OpenAPI document, the page about it and the refusal of other methods are made of.
import type { z } from 'zod';
import type { Permission } from '#core/access.ts';

/**
 * `team`: cookie of a session, or a key; `key`: a key alone; `conversation`: its token; `visitor`: the token that a website signed;
 * `metrics`: the operator's token.
 */
export type Auth = 'none' | 'team' | 'key' | 'conversation' | 'visitor' | 'metrics';

export interface Answer {
  readonly description: string;
  /** Of the body; default `application/json` where there is a schema. */
  readonly type?: string;
  /** Absent: no body, or one that is no JSON. */
  readonly schema?: z.ZodType;
}

export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** From the root of the server, `/api/v1/inbox/{id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly auth: Auth;
  readonly permission?: Permission;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Names as they are sent. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The body may be left out. */
  readonly isBodyOptional?: boolean;
  /** The body is a file. */
  readonly takesFile?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of refusals. */
  readonly refusals: readonly number[];
  /** Refusals have OpenAI's shape. */
  readonly isOpenAi?: boolean;
}

/** The order on the page. */
export const tags: readonly { readonly name: string; readonly description: string }[] = [
  {
    name: 'Conversations',
    description:
      'What the chat widget does, for programs of your own. A conversation has a token, which whoever created it keeps.',
  },
  {
    name: 'Chat completions',
    description: 'The desk for programs that speak OpenAI’s chat completions. One key, nothing is stored.',
  },
  { name: 'Signing in', description: 'Sessions of people, and the first account.' },
  { name: 'Account', description: 'One’s own account.' },
  { name: 'Inbox', description: 'Conversations, as the team works on them.' },
  { name: 'Desk', description: 'The desk’s name, its articles, a test question.' },
  { name: 'Team', description: 'Users, keys of scripts, the audit log.' },
  { name: 'Operations', description: 'For those who run the server.' },
];
