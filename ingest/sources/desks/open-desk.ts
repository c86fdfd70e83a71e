// A help desk by its spec: the connector with its credentials, and what it gives as items.
import { readSecret } from '#app/config.ts';
import { chatwootVariables, createChatwoot } from '#connectors/chatwoot/chatwoot.ts';
import type { DeskClient } from '#connectors/desk-client.ts';
import { createFreshdesk, freshdeskVariables } from '#connectors/freshdesk/freshdesk.ts';
import { createHelpScout, helpScoutVariables } from '#connectors/help-scout/help-scout.ts';
import { createIntercom, intercomVariables } from '#connectors/intercom/intercom.ts';
import { createZendesk, zendeskVariables } from '#connectors/zendesk/zendesk.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { readTime } from '../read-time.ts';
import type { DeskName, DeskSpec, SourceMemory } from '../source-spec.ts';
import { readDesk } from './read-desk.ts';

interface Desk {
  readonly title: string;
  /** The environment variables of its credentials. */
  readonly variables: Readonly<Record<string, string>>;
  /** `secret` throws for one that is not set. */
  create(spec: DeskSpec, credentials: Credentials): DeskClient;
}

interface Credentials {
  readonly variables: Readonly<Record<string, string>>;
  /** Throws `config-invalid` for one that is not set. */
  secret(name: string): string;
  optional(name: string): string | undefined;
}

const desks: Readonly<Record<DeskName, Desk>> = {
  zendesk: {
    title: 'Zendesk',
    variables: zendeskVariables,
    create: ({ account }, { variables, secret }) =>
      createZendesk({
        subdomain: account,
        email: secret('email'),
        token: secret('token'),
        variables: Object.values(variables),
      }),
  },
  intercom: {
    title: 'Intercom',
    variables: intercomVariables,
    create: ({ account }, { variables, secret }) =>
      createIntercom({ region: account, token: secret('token'), variables: Object.values(variables) }),
  },
  freshdesk: {
    title: 'Freshdesk',
    variables: freshdeskVariables,
    create: ({ account }, { variables, secret }) =>
      createFreshdesk({ subdomain: account, key: secret('key'), variables: Object.values(variables) }),
  },
  'help-scout': {
    title: 'Help Scout',
    variables: helpScoutVariables,
    create: ({ read }, { variables, secret, optional }) =>
      createHelpScout({
        docsKey: read.includes('articles') ? secret('docsKey') : optional('docsKey'),
        appId: read.includes('tickets') ? secret('appId') : optional('appId'),
        appSecret: read.includes('tickets') ? secret('appSecret') : optional('appSecret'),
        variables: { ...helpScoutVariables, ...variables },
      }),
  },
  chatwoot: {
    title: 'Chatwoot',
    variables: chatwootVariables,
    create: ({ account }, { variables, secret }) =>
      createChatwoot({ account, token: secret('token'), variables: Object.values(variables) }),
  },
};

export interface OpenDeskOptions extends CallOptions {
  readonly memory?: SourceMemory | undefined;
  readonly secret?: (variable: string) => string | undefined;
}

const dayMs = 24 * 60 * 60 * 1000;
/** How far back the first run goes, unless the spec says it. */
const firstRunDays = 365;

/** Throws `config-invalid` for credentials that are not set, and `bad-input` for an account that cannot be one. Nothing is connected to yet. */
export function openDesk(spec: DeskSpec, { memory, secret = readSecret, signal }: OpenDeskOptions) {
  const { title, variables: usual, create } = desks[spec.desk];
  const variables = { ...usual, ...spec.secrets };
  const unknown = Object.keys(spec.secrets ?? {}).find((name) => !(name in usual));
  if (unknown !== undefined)
    throw new AppError(
      'bad-input',
      `${title} has no secret "${unknown}". It has: ${Object.keys(usual).join(', ')}.`,
    );
  const since = readTime(spec.ticketsSince);
  if (spec.ticketsSince !== undefined && since === undefined)
    throw new AppError('bad-input', `"${spec.ticketsSince}" is no day. Write it as 2025-01-31.`);
  const optional = (name: string) => secret(variables[name as keyof typeof variables]!);
  const client = create(spec, {
    variables,
    optional,
    secret(name) {
      const value = optional(name);
      if (value !== undefined) return value;
      throw new AppError(
        'config-invalid',
        `${title} needs ${variables[name as keyof typeof variables]}: set it in the environment or in .env (docs/ingest.md#from-a-help-desk).`,
      );
    },
  });
  const place = `${spec.desk}:${spec.account}`;
  return {
    description: `${spec.read.join(' and ')} of ${place}`,
    items: readDesk(client, {
      place,
      read: spec.read,
      since,
      firstSince: Date.now() - firstRunDays * dayMs,
      memory,
      signal,
    }),
  };
}
