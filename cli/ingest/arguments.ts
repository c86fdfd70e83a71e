// The command line of `answerdesk ingest`.
import { parseArgs } from 'node:util';
import type { Audience } from '#core/document.ts';
import { AppError } from '#core/errors.ts';

export const usage = `Brings help articles and past support conversations into the knowledge base.

  answerdesk ingest PATH... [options]     read folders and files as one source; this replaces what the source was
  answerdesk ingest status                show what is published, from which sources
  answerdesk ingest rollback [--to ID]    go back to the generation before, or to the one named, such as gen-000002
  answerdesk ingest remove --source NAME  take a source out
  answerdesk ingest re-embed              embed everything again, for another model (--accept-model-change)

It reads Markdown, MDX, HTML, text, PDF, Word, PowerPoint and EPUB; articles or conversations as JSONL, JSON, CSV, Excel or ODS; mails; and
ZIP archives of all these. Each may be gzipped. See docs/ingest.md.

Options
  --source NAME            name of the source (default: the folder's name, or for a file PARENT/NAME)
  --map FILE               names of fields and roles that are not common ones; YAML or JSON
  --audience-rule RULE     what is for agents only: title:PREFIX or path:GLOB; may be repeated (default title:Internal:)
  --transcripts-audience A who may get answers from past conversations: customer (default) or internal
  --language CODE          language of the source, such as en (default: found out for each document)
  --region CC              country of phone numbers without a country code, such as GB (default US)
  --id-prefix TEXT         put this before every id, if ids collide with those of another source
  --dry-run                count what would change; embed and publish nothing
  --redact-articles        replace personal data in articles, too; in conversations it always is replaced
  --if-empty               do nothing if there is a knowledge base; a data folder that was used before is refused
  --accept-model-change    publish with another embedding model than the knowledge base in use was made with. Without this it is
                           refused. "answerdesk models use NAME" compares both models on your questions first
  --json                   a summary as JSON on standard output
  -h, --help               this text

Examples
  answerdesk ingest ./help-centre
  answerdesk ingest ./export/tickets.csv --map tickets.map.yaml --source tickets --transcripts-audience internal
  answerdesk ingest ./help-centre --audience-rule 'path:agents/**' --dry-run

Exit codes: 0 published, or nothing had changed; 1 failed; 2 bad usage or input, or another embedding model.
`;

const commands = ['status', 'rollback', 'remove', 're-embed'] as const;
type Command = 'ingest' | 'help' | (typeof commands)[number];

export type Arguments = ReturnType<typeof parseCommandLine>;

/** Throws `bad-request` for what cannot be meant. */
export function parseCommandLine(args: readonly string[]) {
  const { values, positionals } = parse(args);
  const named = commands.find((name) => name === positionals[0]);
  const command: Command = values.help || args.length === 0 ? 'help' : (named ?? 'ingest');
  const paths = named ? positionals.slice(1) : positionals;
  if (command === 'ingest' && paths.length === 0) throw usageError('say which folders or files to ingest');
  if (named && paths.length > 0)
    throw usageError(`"${named}" takes no paths; to ingest a folder of that name write ./${named}`);
  if (command === 'remove' && !values.source) throw usageError('remove needs --source NAME');
  if (command !== 'rollback' && values.to !== undefined) throw usageError('--to belongs to rollback');
  const audience = values['transcripts-audience'];
  if (audience !== undefined && audience !== 'customer' && audience !== 'internal') {
    throw usageError('--transcripts-audience is customer or internal');
  }
  return {
    command,
    paths,
    source: values.source,
    to: values.to,
    map: values.map,
    audienceRules: values['audience-rule'] ?? [],
    transcriptsAudience: audience as Audience | undefined,
    language: values.language,
    region: values.region,
    idPrefix: values['id-prefix'],
    dryRun: values['dry-run'] ?? false,
    redactArticles: values['redact-articles'] ?? false,
    ifEmpty: values['if-empty'] ?? false,
    acceptModelChange: values['accept-model-change'] ?? false,
    json: values.json ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        source: { type: 'string' },
        to: { type: 'string' },
        map: { type: 'string' },
        'audience-rule': { type: 'string', multiple: true },
        'transcripts-audience': { type: 'string' },
        language: { type: 'string' },
        region: { type: 'string' },
        'id-prefix': { type: 'string' },
        'dry-run': { type: 'boolean' },
        'redact-articles': { type: 'boolean' },
        'if-empty': { type: 'boolean' },
        'accept-model-change': { type: 'boolean' },
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
