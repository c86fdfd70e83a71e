// The rooms of the house and who may import whom. This table is the only place where it is written: the test beside it checks
// the code, `npm run rooms` writes Biome's restricted imports and the table in ARCHITECTURE.md from it.

export interface Room {
  /** Folder from the root of the project. A room inside another folder is a room of its own. */
  readonly folder: string;
  /** How other rooms reach it: `#core/errors.ts`. Absent: nothing imports it. */
  readonly alias?: string;
  /** One line for a newcomer. */
  readonly holds: string;
  /** Folders of rooms; `engine/*` and `ingest/*` are every room of those. */
  readonly mayImport: readonly string[];
  /** Folders or files whose types may be imported besides. */
  readonly mayImportTypesOf?: readonly string[];
}

export const rooms: readonly Room[] = [
  {
    folder: 'engine/core',
    alias: '#core',
    holds: 'vocabulary: types, ports, pure functions on text and vectors',
    mayImport: [],
  },
  {
    folder: 'engine/chat',
    alias: '#chat',
    holds: 'one customer message: `understand/`, `decide/`, `write/`, `runs/`; `answer.ts` composes them',
    mayImport: ['engine/core'],
  },
  {
    folder: 'engine/knowledge',
    alias: '#knowledge',
    holds: 'what was ingested, and finding in it: `index/`, `retrieval/`, `cards/`, `generations/`',
    mayImport: ['engine/core'],
  },
  {
    folder: 'engine/models',
    alias: '#models',
    holds:
      '`embedder/`, `reranker/`, `chat/`, `intents/`, `dialogue-acts/`, `groundedness/`, `personal-data/`, what they share (`onnx/`), models of a team (`store/`)',
    mayImport: ['engine/core'],
  },
  {
    folder: 'engine/storage',
    alias: '#storage',
    holds:
      'conversations, journal, feedback: `sql/`, `sqlite/`, `memory/`, and the contract suite that each passes; customers’ `pictures/`',
    mayImport: ['engine/core'],
  },
  {
    folder: 'engine/access',
    alias: '#access',
    holds:
      'the team: accounts, sessions, second factor, single sign-on, keys of scripts. What each role may do stands in `core/access.ts`',
    mayImport: ['engine/core'],
  },
  {
    folder: 'engine/connectors',
    alias: '#connectors',
    holds:
      'other systems, a folder each: `web/`, `mail/`, `slack/`, and one for each help desk. They speak its API and know nothing of ours',
    mayImport: ['engine/core'],
  },
  {
    folder: 'engine/jobs',
    alias: '#jobs',
    holds:
      'work that goes on by itself: notices delivered until they arrive, cases elsewhere kept up to date, articles read in a process of their own',
    mayImport: ['engine/core'],
  },
  {
    folder: 'engine/privacy',
    alias: '#privacy',
    holds:
      'what the desk knows of a person: finding, exporting and erasing it in every store; how long each kind of data is kept',
    mayImport: ['engine/core', 'engine/knowledge', 'engine/storage'],
  },
  {
    folder: 'engine/learning',
    alias: '#learning',
    holds:
      'what is fitted from data: `calibration/`, `intents/`, `dialogue-acts/`; labels of conversations: `labels/`; drafts of answer cards: `cards/`; whether a change may go live: `promotion/`; statistics: `metrics/`',
    mayImport: ['engine/core', 'engine/chat', 'engine/knowledge', 'engine/models'],
  },
  {
    folder: 'engine/app',
    alias: '#app',
    holds: 'configuration, log, metrics; `open-*.ts` compose everything',
    mayImport: ['engine/*'],
  },
  {
    folder: 'ingest',
    alias: '#ingest',
    holds: 'the job: `sources/`, `cards/`, `clean/`, `link/`, `chunk/`, `embed/`, `publish/`',
    mayImport: [
      'engine/core',
      'engine/knowledge',
      'engine/models',
      'engine/connectors',
      'engine/privacy',
      'engine/app',
      'ingest/readers',
      'ingest/parse',
      'ingest/redact',
    ],
  },
  {
    folder: 'ingest/parse',
    alias: '#parse',
    holds: 'Markdown in its dialects, HTML and plain text to clean text and blocks with offsets',
    mayImport: ['engine/core'],
  },
  {
    folder: 'ingest/redact',
    alias: '#redact',
    holds: 'personal data and secrets out of texts, typed placeholders in',
    mayImport: ['engine/core', 'ingest/parse'],
  },
  {
    folder: 'ingest/readers',
    alias: '#readers',
    holds:
      'documents that are no text (PDF, Office, books, mails, archives) to HTML, rows and mails, in a thread of their own',
    mayImport: ['engine/core'],
  },
  {
    folder: 'evals',
    alias: '#evals',
    holds: '`suites/`, their `cases/`, `judging/`, the runner and the reports',
    mayImport: ['engine/*', 'ingest/*'],
  },
  {
    folder: 'evals/help-centres',
    alias: '#help-centres',
    holds: 'answers over real help centres: sets of questions, scores, and what readers say of the answers',
    mayImport: ['engine/*', 'ingest/*', 'evals'],
  },
  {
    folder: 'quality',
    alias: '#quality',
    holds:
      'what the data is worth: conversations labelled (`labelling/`), articles that contradict each other (`contradictions/`), groups that fare worse (`bias/`), the report of all of it (`report/`)',
    mayImport: ['engine/*', 'ingest/*', 'evals'],
  },
  {
    folder: 'fine-tuning',
    alias: '#fine-tuning',
    holds:
      'chat models of the team’s own: training data made of conversations and articles (`build/`, `format/`), jobs of a hosted service (`hosted/`), which model writes and which one wrote before (`registry/`)',
    mayImport: ['engine/*', 'ingest/*', 'evals', 'quality'],
  },
  {
    folder: 'server',
    alias: '#server',
    holds:
      'the running desk, edges only: `http/`, `team/`, `openai/`, `api/` (the description of it all), `sockets.ts`, `protocol.ts`',
    mayImport: ['engine/core', 'engine/chat', 'engine/access', 'engine/app'],
  },
  {
    folder: 'cli',
    alias: '#cli',
    holds: 'the command `answerdesk`: one thin file a subcommand',
    mayImport: ['engine/*', 'ingest/*', 'evals', 'evals/help-centres', 'quality', 'fine-tuning', 'server'],
  },
  {
    folder: 'lab',
    holds:
      'what measures and is not shipped: `bench/`, `handover-load/`, `scale/`, `retrieval/`, `reranking/`, `cards/`, `contradictions/`, `labels/`, `data-report/`, `personal-data/`, `queue-replay/`, `attacks/`, `api/`, `architecture/`',
    mayImport: ['engine/*', 'ingest/*', 'evals', 'quality', 'server', 'cli'],
  },
  {
    folder: 'web',
    holds: 'what a browser runs: `widget/`, `demo/`, and the build of all of it',
    mayImport: [],
    mayImportTypesOf: ['server/protocol.ts', 'engine/core'],
  },
  {
    folder: 'web/console',
    holds:
      'the pages of the team: `inbox/`, `desk/` (how the team works), `figures/`, `team/`, `account/`, `setup/`; `wire/` speaks to the server, `parts/` is what pages share',
    mayImport: ['web'],
    mayImportTypesOf: ['server/protocol.ts', 'server/team/wire.ts', 'engine/core'],
  },
];

/** The innermost room that a path from the root lies in. */
export function roomOf(path: string): Room | undefined {
  return rooms
    .filter(({ folder }) => path.startsWith(`${folder}/`))
    .sort((a, b) => b.folder.length - a.folder.length)[0];
}

/** Whether a file may import another one; both are paths from the root. */
export function mayImport({ from, to, typeOnly }: Import): boolean {
  const room = roomOf(from);
  const target = roomOf(to);
  if (!room) return false;
  if (room === target || isAllowed(room, target)) return true;
  const types = room.mayImportTypesOf ?? [];
  return typeOnly && types.some((allowed) => to === allowed || target?.folder === allowed);
}

export interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function isAllowed({ mayImport: allowed }: Room, target: Room | undefined): boolean {
  if (!target) return false;
  return allowed.some((name) => name === target.folder || isPartOf(name, target));
}

/** `engine/*`: whatever lies in it, or is it. */
function isPartOf(name: string, { folder }: Room): boolean {
  return name.endsWith('/*') && `${folder}/`.startsWith(name.slice(0, -1));
}

/** Aliases of the rooms that a room must not import, for the linter. Rooms whose types alone are allowed are left to the test. */
export function forbiddenAliases(room: Room): string[] {
  return rooms.flatMap((target) => {
    const types = (room.mayImportTypesOf ?? []).some(
      (path) => roomOf(`${path}/`) === target || path.startsWith(target.folder),
    );
    return target === room || !target.alias || types || isAllowed(room, target) ? [] : [`${target.alias}/**`];
  });
}

/** The table of ARCHITECTURE.md. */
export function roomsTable(): string {
  const rows = rooms.map(({ folder, holds, mayImport: allowed, mayImportTypesOf: types = [] }) => {
    const named = allowed.map((name) =>
      name.endsWith('/*') ? `all of ${name.slice(0, -2)}` : name.replace('engine/', ''),
    );
    const typed = types.map((name) => `types of ${name.replace('engine/', '')}`);
    return `| \`${folder}\` | ${holds} | ${[...named, ...typed].join(', ') || 'nothing of ours'} |`;
  });
  return ['| room | what it holds | may import |', '|---|---|---|', ...rows].join('\n');
}
