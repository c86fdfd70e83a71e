// Schemathesis against a real server with a knowledge base of two articles: does each operation do what its description says, whatever it
// is sent? `npm run check-api`. Needs schemathesis on the PATH (pip install schemathesis); where it is missing, one line says so.
// What stands behind `--` goes to schemathesis: `npm run check-api -- --include-path-regex /inbox`.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { permissions } from '#core/access.ts';

const program = join(import.meta.dirname, '../../cli/main.ts');
const examples = 25;
const password = 'three blue kettles';

if (spawnSync('schemathesis', ['--version']).status !== 0) {
  process.stdout.write('The API was not checked: schemathesis is missing (pip install schemathesis).\n');
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'answerdesk-api-'));
/** Beside what the environment has already. */
const settings = Object.entries({
  ANSWERDESK_DATA_DIR: join(folder, 'var'),
  ANSWERDESK_PORT: '0',
  ANSWERDESK_LOG_LEVEL: 'error',
  ANSWERDESK_METRICS_TOKEN: 'token-of-the-check',
  ANSWERDESK_REQUESTS_PER_MINUTE: '1000000',
  ANSWERDESK_MESSAGES_PER_MINUTE: '100000',
}).map(([name, value]) => `${name}=${value}`);
let server: ChildProcess | undefined;
try {
  process.exitCode = await check();
} finally {
  server?.kill('SIGTERM');
  await new Promise((resolve) => (server ? server.once('exit', resolve) : resolve(undefined)));
  rmSync(folder, { recursive: true, force: true });
}

async function check(): Promise<number> {
  ingest();
  const base = await start();
  const { link } = JSON.parse(answerdesk('users', 'create-admin', 'ann@example.com', '--json'));
  const token = new URL(link).hash.slice(1);
  await ask(`${base}/api/v1/password-links/use`, { token, password });
  const { headers } = await ask(`${base}/api/v1/session`, { email: 'ann@example.com', password });
  const cookie = headers.getSetCookie()[0]!.split(';')[0]!;
  const made = await ask(`${base}/api/v1/api-keys`, { name: 'check', permissions }, { cookie });
  const key = ((await made.json()) as { token: string }).token;
  const created = await ask(`${base}/api/v1/conversations`, {});
  const conversation = (await created.json()) as { id: string; token: string };
  const config = join(folder, 'schemathesis.toml');
  writeFileSync(config, configuration(key, conversation));
  const run = spawnSync(
    'schemathesis',
    [
      ...['--config-file', config, 'run', `${base}/api/openapi.json`],
      ...['--phases', 'examples,coverage,fuzzing,stateful', '--max-examples', `${examples}`],
      ...['--mode', 'all', '--continue-on-failure', '--request-timeout', '20', '--seed', '1'],
      ...process.argv.slice(2),
    ],
    { cwd: folder, stdio: 'inherit' },
  );
  return run.status ?? 1;
}

/**
 * What the description cannot say: which statuses a valid request may get besides success. 409 and 422 depend on the state, 413 on the size of
 * the whole body, 429 on the other requests.
 */
function configuration(key: string, { id, token }: { id: string; token: string }): string {
  return `
[auth.openapi.key]
bearer = "${key}"
[auth.openapi.conversation]
bearer = "${token}"
[auth.openapi.metrics]
bearer = "token-of-the-check"

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "303", "401", "403", "404", "409", "413", "422", "429"]
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "429"]

# A stream without an end.
[[operations]]
include-name = "GET /api/v1/conversations/{id}/events"
enabled = false

# It would take the conversation away from the others.
[[operations]]
include-name = "DELETE /api/v1/conversations/{id}"
parameters = { id = "AAAAAAAAAAAAAAAAAAAAAA" }
checks.ignored_auth.enabled = false
checks.missing_required_header.enabled = false

[[operations]]
include-path-regex = "^/api/v1/conversations/"
parameters = { id = "${id}" }
# Without the token the answer is 404, whether the conversation is there or not.
checks.ignored_auth.enabled = false
checks.missing_required_header.enabled = false

# Without the token the answer is 404 here, too.
[[operations]]
include-name = "GET /api/v1/conversations"
checks.ignored_auth.enabled = false
checks.missing_required_header.enabled = false

# The time zone is one that this machine knows.
[[operations]]
include-name = "PATCH /api/v1/settings"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400"]

# A shortcut has letters of all languages (\\p{L}); schemathesis knows fewer.
[[operations]]
include-path-regex = "^/api/v1/canned-replies"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "404"]
checks.negative_data_rejection.expected-statuses = ["2xx", "400", "401", "403", "404", "405", "406", "413", "415", "422", "429"]

# The place to go on from is one that a list gave.
[[operations]]
include-name = "GET /api/v1/inbox"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400"]

[[operations]]
include-path-regex = "^/api/v1/inbox/"
parameters = { id = "${id}" }

[[operations]]
include-name = "GET /metrics"
checks.missing_required_header.enabled = false
`;
}

function ingest(): void {
  const articles = join(folder, 'articles');
  mkdirSync(articles);
  writeFileSync(join(articles, 'reset.md'), '# Reset it\n\nHold the button for ten seconds.\n');
  writeFileSync(join(articles, 'return.md'), '# Return it\n\nYou can return it within 40 days.\n');
  answerdesk('ingest', articles);
}

function answerdesk(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('env', [...settings, process.execPath, program, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

async function start(): Promise<string> {
  server = spawn('env', [...settings, process.execPath, program, 'start'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  return new Promise((resolve, reject) => {
    server!.stderr!.setEncoding('utf8').on('data', (text) => {
      said += text;
      const url = /http:\/\/localhost:\d+/.exec(said)?.[0];
      if (url) resolve(url);
    });
    server!.once('exit', () => reject(new Error(said)));
  });
}

async function ask(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { ...headers, 'content-type': 'application/json' },
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response;
}
