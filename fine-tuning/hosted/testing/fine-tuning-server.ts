// A stand-in for the documented fine-tuning API (https://platform.openai.com/docs/api-reference/fine-tuning): files and jobs, in memory, on
// this machine. It is no service; it does what tests tell it, such as to refuse, to be late, or to lose a reply.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

interface Job {
  readonly id: string;
  readonly model: string;
  readonly training_file: string;
  readonly body: Record<string, unknown>;
  status: string;
  fine_tuned_model: string | null;
  error: { code: string; message: string; param: null } | null;
}

export type Fault =
  | 'late'
  | 'lost-reply'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export interface FineTuningServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly requests: readonly SeenRequest[];
  readonly files: ReadonlyMap<string, string>;
  readonly jobs: readonly Job[];
  /** Of the next requests with this method and path, one each. */
  fail(route: string, ...faults: Fault[]): void;
  end(id: string, end: { readonly model: string } | { readonly failure: string }): void;
}

export async function openFineTuningServer(): Promise<FineTuningServer> {
  const requests: SeenRequest[] = [];
  const files = new Map<string, string>();
  const jobs: Job[] = [];
  const faults = new Map<string, Fault[]>();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const method = request.method ?? 'GET';
    const path = new URL(request.url ?? '/', 'http://x').pathname.replace(/^\/v1/, '');
    requests.push({ method, path, authorization: request.headers.authorization });
    const fault = faults.get(`${method} ${path}`)?.shift();
    if (fault === 'late') return;
    if (typeof fault === 'object') {
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      return void response.end(
        fault.body ?? JSON.stringify({ error: { message: body.toString('utf8').slice(0, 200) } }),
      );
    }
    const result = await handle(method, path, { body, type: request.headers['content-type'] ?? '' });
    if (fault === 'lost-reply') return void response.destroy();
    response.writeHead(result ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(result ?? { error: { message: 'not found' } }));
  }

  async function handle(
    method: string,
    path: string,
    { body, type }: { readonly body: Buffer; readonly type: string },
  ): Promise<unknown> {
    if (method === 'POST' && path === '/files') {
      const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
      const file = form.get('file') as File;
      const id = `file-${files.size + 1}`;
      files.set(id, await file.text());
      return {
        id,
        object: 'file',
        bytes: file.size,
        filename: file.name,
        purpose: form.get('purpose'),
        created_at: 0,
      };
    }
    if (path === '/fine_tuning/jobs') {
      if (method === 'GET') return { object: 'list', data: jobs.map(shown).toReversed(), has_more: false };
      const made = JSON.parse(body.toString('utf8')) as Record<string, string>;
      jobs.push({
        id: `ftjob-${jobs.length + 1}`,
        model: made.model!,
        training_file: made.training_file!,
        body: made,
        status: 'validating_files',
        fine_tuned_model: null,
        error: null,
      });
      return shown(jobs.at(-1)!);
    }
    const [, id, action] = /^\/fine_tuning\/jobs\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    const job = jobs.find((one) => one.id === id);
    if (job && method === 'POST' && action === 'cancel') job.status = 'cancelled';
    return job && shown(job);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    files,
    jobs,
    fail: (route, ...some) => void faults.set(route, [...(faults.get(route) ?? []), ...some]),
    end(id, end) {
      const job = jobs.find((one) => one.id === id)!;
      job.status = 'model' in end ? 'succeeded' : 'failed';
      if ('model' in end) job.fine_tuned_model = end.model;
      else job.error = { code: end.failure, message: 'a line of the file was: secret', param: null };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function shown({ body: _body, ...job }: Job) {
  const trained_tokens = job.status === 'succeeded' ? 1234 : null;
  return { object: 'fine_tuning.job', created_at: 0, ...job, trained_tokens };
}
