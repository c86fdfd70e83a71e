// What the command line of ingestion says of a website.
import { AppError } from '#core/errors.ts';
import type { WebSpec } from '#ingest/sources/source-spec.ts';

/** For `parseArgs`. */
export const websiteOptions = {
  'max-pages': { type: 'string' },
  'max-depth': { type: 'string' },
  rate: { type: 'string' },
  include: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
  'allow-private-addresses': { type: 'boolean' },
} as const;

export const websiteOptionNames = Object.keys(websiteOptions) as (keyof typeof websiteOptions)[];

interface WebsiteValues {
  readonly 'max-pages'?: string | undefined;
  readonly 'max-depth'?: string | undefined;
  readonly rate?: string | undefined;
  readonly include?: string[] | undefined;
  readonly exclude?: string[] | undefined;
  readonly 'allow-private-addresses'?: boolean | undefined;
}

/** Undefined when files are meant. Throws `bad-request`. */
export function parseWebsite(paths: readonly string[], values: WebsiteValues): WebSpec | undefined {
  const url = paths.find((path) => /^https?:\/\//i.test(path));
  if (url === undefined) {
    const given = websiteOptionNames.find((name) => values[name] !== undefined);
    if (given) throw usageError(`--${given} belongs to a website, such as https://help.example.com`);
    return undefined;
  }
  if (!URL.canParse(url)) throw usageError(`"${url}" is no address of a website`);
  if (paths.length > 1) throw usageError('a website is a source of its own: ingest it without other paths');
  return {
    type: 'web',
    url,
    maxPages: positive('max-pages', values['max-pages']),
    maxDepth: positive('max-depth', values['max-depth']),
    requestsPerSecond: positive('rate', values.rate),
    include: values.include,
    exclude: values.exclude,
    allowPrivate: values['allow-private-addresses'],
  };
}

function positive(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = /^(?:\d+|\d*\.\d+)$/.test(value) ? Number(value) : 0;
  if (number > 0) return number;
  throw usageError(`--${name} is a number above 0`);
}

function usageError(message: string): AppError {
  return new AppError('bad-request', `${message} (answerdesk ingest --help)`);
}
