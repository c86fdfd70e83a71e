// The command line of `answerdesk ingest`.
import { parseArgs } from 'node:util';
import type { Audience } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { parseWebsite, websiteOptionNames, websiteOptions } from './website-arguments.ts';

/** Read where a command is started. */
const sourcesFileName = 'answerdesk.sources.yaml';

import { parseDeskPlace } from '#ingest/sources/desks/desk-place.ts';
import type { DeskSpec } from '#ingest/sources/source-spec.ts';

export const usage = `Brings help articles and past support conversations into the knowledge base.

  answerdesk ingest PATH... [options]     read folders and files as one source; this replaces what the source was
  answerdesk ingest URL [options]         read a website, such as a help centre: its sitemap and links, by its robots.txt
  answerdesk ingest --sources [FILE] [NAME...]
                                          read the sources of FILE (default answerdesk.sources.yaml), or the named ones
  answerdesk ingest watch PATH...         read them now and whenever a file changes; or those of --sources [FILE] [NAME...]
  answerdesk ingest schedule [FILE] [NAME...]
                                          read the sources of FILE when their cron expressions say so, until stopped
  answerdesk ingest history               what came of each run; --source NAME for one source
  answerdesk ingest DESK:ACCOUNT          read a help desk through its API: zendesk:acme, intercom:eu, freshdesk:acme, help-scout:acme,
                                          chatwoot:app.chatwoot.com/3. Credentials: docs/ingest.md
  answerdesk ingest status                show what is published, from which sources
  answerdesk ingest rollback [--to ID]    go back to the generation before, or to the one named, such as gen-000002
  answerdesk ingest remove --source NAME  take a source out
  answerdesk ingest re-embed              embed everything again, for another model (--accept-model-change)

It reads Markdown, MDX, HTML, text, PDF, Word, PowerPoint and EPUB; articles or conversations as JSONL, JSON, CSV, Excel or ODS; mails; and
ZIP archives of all these. Each may be gzipped. See docs/ingest.md.

Options
  --source NAME            name of the source (default: the folder's name, for a file PARENT/NAME, for a website its host)
  --map FILE               names of fields and roles that are not common ones; YAML or JSON
  --audience-rule RULE     what is for agents only: title:PREFIX or path:GLOB; may be repeated (default title:Internal:)
  --transcripts-audience A who may get answers from past conversations: customer (default) or internal
  --language CODE          language of the source, such as en (default: found out for each document)
  --region CC              country of phone numbers without a country code, such as GB (default US)
  --id-prefix TEXT         put this before every id, if ids collide with those of another source
  --dry-run                count what would change; embed and publish nothing
  --estimate               say how long it would take and how much memory and disk; write nothing
  --redact-articles        replace personal data in articles, too; in conversations it always is replaced
  --if-empty               do nothing if there is a knowledge base; a data folder that was used before is refused
  --accept-model-change    publish with another embedding model than the knowledge base in use was made with. Without this it is
                           refused. "answerdesk models use NAME" compares both models on your questions first
  --accept-removals        publish although more than half of the source's documents are gone. Without this, that is refused
  --max-pages N            of a website: how many pages at most (default 2000)
  --max-depth N            of a website: how many links away from the first page (default 10)
  --rate N                 of a website: requests a second (default 3)
  --include GLOB           of a website: only these paths become articles, such as 'articles/**'; may be repeated
  --exclude GLOB           of a website: these paths are not read; may be repeated
  --allow-private-addresses  the website may be on a private network; else only public addresses are connected to
  --read LIST              of a help desk: articles (default), tickets, or articles,tickets
  --tickets-since DAY      of a help desk: tickets that changed on this day or later (default: a year before the first run)
  --json                   a summary as JSON on standard output
  -h, --help               this text

Examples
  answerdesk ingest ./help-centre
  answerdesk ingest https://help.example.com --exclude 'community/**'
  answerdesk ingest ./export/tickets.csv --map tickets.map.yaml --source tickets --transcripts-audience internal
  answerdesk ingest zendesk:acme --read articles,tickets --transcripts-audience internal
  answerdesk ingest ./help-centre --audience-rule 'path:agents/**' --dry-run
  answerdesk ingest --sources desk/sources.yaml help-centre

Exit codes: 0 published, or nothing had changed; 1 failed, with --sources one of them; 2 bad usage or input, or another embedding model.
`;

const commands = ['status', 'history', 'rollback', 'remove', 're-embed', 'watch', 'schedule'] as const;
type Command = 'ingest' | 'help' | (typeof commands)[number];

export type Arguments = ReturnType<typeof parseCommandLine>;

/** Throws `bad-request` for what cannot be meant. */
export function parseCommandLine(args: readonly string[]) {
  const { values, positionals } = parse(args);
  const named = commands.find((name) => name === positionals[0]);
  const command: Command = values.help || args.length === 0 ? 'help' : (named ?? 'ingest');
  const rest = named ? positionals.slice(1) : positionals;
  const sources = values.sources === true || command === 'schedule';
  const paths = sources ? [] : rest;
  if ((command === 'ingest' || command === 'watch') && paths.length === 0 && !sources)
    throw usageError('say which folders, files or website to ingest, or --sources');
  if (sources && !['ingest', 'watch', 'schedule'].includes(command))
    throw usageError(`--sources does not belong to ${command}`);
  if (sources) {
    const own = optionsOfOneSource.find((name) => values[name] !== undefined);
    if (own) throw usageError(`--${own} is a setting of one source: write it into the file of sources`);
  }
  if (values.estimate && (command !== 'ingest' || sources))
    throw usageError('--estimate is for the paths of one source');
  if (named && named !== 'watch' && paths.length > 0)
    throw usageError(`"${named}" takes no paths; to ingest a folder of that name write ./${named}`);
  const desk = parseDesk(paths, values);
  const website = parseWebsite(paths, values);
  if ((website || desk) && command === 'watch')
    throw usageError(
      'a website or a help desk is not watched but read by schedule: see answerdesk ingest schedule',
    );
  if (command === 'remove' && !values.source) throw usageError('remove needs --source NAME');
  if (command !== 'rollback' && values.to !== undefined) throw usageError('--to belongs to rollback');
  const audience = values['transcripts-audience'];
  if (audience !== undefined && audience !== 'customer' && audience !== 'internal') {
    throw usageError('--transcripts-audience is customer or internal');
  }
  return {
    command,
    paths,
    website,
    sources,
    ...sourcesAndNames(sources ? rest : []),
    desk,
    source: values.source,
    to: values.to,
    map: values.map,
    audienceRules: values['audience-rule'] ?? [],
    transcriptsAudience: audience as Audience | undefined,
    language: values.language,
    region: values.region,
    idPrefix: values['id-prefix'],
    dryRun: values['dry-run'] ?? false,
    estimate: values.estimate ?? false,
    redactArticles: values['redact-articles'] ?? false,
    ifEmpty: values['if-empty'] ?? false,
    acceptModelChange: values['accept-model-change'] ?? false,
    acceptRemovals: values['accept-removals'] ?? false,
    json: values.json ?? false,
  };
}

/** A file of sources is told by its ending, names follow it. */
function sourcesAndNames(words: readonly string[]) {
  const [first, ...others] = words;
  return first !== undefined && /\.ya?ml$/i.test(first)
    ? { sourcesFile: first, names: others }
    : { sourcesFile: sourcesFileName, names: words };
}

const optionsOfOneSource = [
  ...websiteOptionNames,
  'read',
  'tickets-since',
  'source',
  'map',
  'audience-rule',
  'transcripts-audience',
  'language',
  'region',
  'id-prefix',
  'redact-articles',
  'if-empty',
] as const;

/** Undefined when no help desk is meant. Throws `bad-request`. */
function parseDesk(
  paths: readonly string[],
  { read, 'tickets-since': ticketsSince }: ReturnType<typeof parse>['values'],
): DeskSpec | undefined {
  const places = paths.flatMap((path) => parseDeskPlace(path) ?? []);
  const [place] = places;
  if (!place) {
    if (read !== undefined || ticketsSince !== undefined)
      throw usageError('--read and --tickets-since belong to a help desk, such as zendesk:acme');
    return undefined;
  }
  if (paths.length > 1) throw usageError('a help desk is a source of its own: ingest it without other paths');
  const lists = (read ?? 'articles').split(',').map((list) => list.trim());
  const known = lists.filter((list) => list === 'articles' || list === 'tickets');
  if (known.length < lists.length) throw usageError('--read is articles, tickets, or articles,tickets');
  return { type: 'desk', ...place, read: known, ticketsSince };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        source: { type: 'string' },
        sources: { type: 'boolean' },
        to: { type: 'string' },
        map: { type: 'string' },
        'audience-rule': { type: 'string', multiple: true },
        'transcripts-audience': { type: 'string' },
        language: { type: 'string' },
        region: { type: 'string' },
        'id-prefix': { type: 'string' },
        'dry-run': { type: 'boolean' },
        estimate: { type: 'boolean' },
        'redact-articles': { type: 'boolean' },
        'if-empty': { type: 'boolean' },
        'accept-model-change': { type: 'boolean' },
        'accept-removals': { type: 'boolean' },
        ...websiteOptions,
        read: { type: 'string' },
        'tickets-since': { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw usageError((cause as Error).message.split('. ')[0] ?? 'unknown option', cause);
  }
}

function usageError(message: string, cause?: unknown): AppError {
  return new AppError('bad-request', `${message} (answerdesk ingest --help)`, { cause });
}
