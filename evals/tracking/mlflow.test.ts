import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { shareMetric } from '#learning/metrics/metric.ts';
import type { Report } from '../report/report.ts';
import { logToMlflow } from './mlflow.ts';

const pair = z.strictObject({ key: z.string().max(250), value: z.string().max(6000) });
/** Fields as https://mlflow.org/docs/latest/rest-api.html documents them; anything else fails the test. */
const documented: Record<string, z.ZodType> = {
  'POST /api/2.0/mlflow/experiments/create': z.strictObject({ name: z.string() }),
  'POST /api/2.0/mlflow/runs/create': z.strictObject({
    experiment_id: z.string(),
    run_name: z.string(),
    start_time: z.int(),
    tags: z.array(pair),
  }),
  'POST /api/2.0/mlflow/runs/log-batch': z.strictObject({
    run_id: z.string(),
    metrics: z
      .array(
        z.strictObject({
          key: z.string().regex(/^[\w\-./ ]+$/),
          value: z.number(),
          timestamp: z.int(),
          step: z.int(),
        }),
      )
      .max(1000)
      .optional(),
    params: z.array(pair).max(100).optional(),
  }),
  'POST /api/2.0/mlflow/runs/update': z.strictObject({
    run_id: z.string(),
    status: z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']),
    end_time: z.int(),
  }),
};

interface Recorded {
  readonly call: string;
  readonly body: string;
  readonly authorization: string | undefined;
}

async function startServer({
  artifactUri,
  knowsExperiment = false,
}: {
  artifactUri: string;
  knowsExperiment?: boolean;
}) {
  const requests: Recorded[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const call = `${request.method} ${request.url!.replace(/\?.*$/, '')}`;
      requests.push({ call, body, authorization: request.headers.authorization });
      const reply = (status: number, value: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      if (request.method === 'POST') documented[call]!.parse(JSON.parse(body));
      if (call === 'GET /api/2.0/mlflow/experiments/get-by-name')
        return knowsExperiment
          ? reply(200, { experiment: { experiment_id: '7' } })
          : reply(404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no' });
      if (call.endsWith('experiments/create')) return reply(200, { experiment_id: '8' });
      if (call.endsWith('runs/create'))
        return reply(200, { run: { info: { run_id: 'r1', artifact_uri: artifactUri } } });
      return reply(200, {});
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    requests,
    trackingUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const report: Report = {
  schemaVersion: 1,
  id: '2026-11-24-0400-00',
  startedAt: '2026-11-24T04:00:00.000Z',
  durationMs: 1234.5,
  complete: true,
  subject: {
    embedder: 'e@1',
    generation: 'gen-000001',
    documents: 3,
    passages: 5,
    chatModel: 'extractive',
    answerFrom: 0.6,
    clarifyFrom: 0.4,
    fingerprint: 'abc',
  },
  cases: ['/home/somebody/golden.jsonl'],
  seed: 1,
  suites: {
    answers: {
      metrics: { right: shareMetric(3, 4, { label: 'Right' }) },
      cases: [{ id: 'e', verdict: 'error', turns: [] }],
      charts: [],
      notes: [],
      durationMs: 5,
    },
  },
};

describe('logging to MLflow', () => {
  it('creates the experiment and the run, logs params, metrics, tags and files, and ends the run', async () => {
    await using server = await startServer({ artifactUri: 'mlflow-artifacts:/8/r1/artifacts' });
    const folder = await mkdtemp(join(tmpdir(), 'evals-mlflow-'));
    try {
      const file = join(folder, 'report.html');
      await writeFile(file, '<p>hello</p>');
      const logged = await logToMlflow(report, {
        trackingUri: server.trackingUri,
        token: 'secret-token',
        experiment: 'support desk',
        files: [file],
      });
      expect(logged).toEqual({ runId: 'r1', artifacts: true });
    } finally {
      await rm(folder, { recursive: true });
    }
    expect(server.requests.map(({ call }) => call)).toEqual([
      'GET /api/2.0/mlflow/experiments/get-by-name',
      'POST /api/2.0/mlflow/experiments/create',
      'POST /api/2.0/mlflow/runs/create',
      'POST /api/2.0/mlflow/runs/log-batch',
      'POST /api/2.0/mlflow/runs/log-batch',
      'PUT /api/2.0/mlflow-artifacts/artifacts/8/r1/artifacts/report.html',
      'POST /api/2.0/mlflow/runs/update',
    ]);
    expect(server.requests.every(({ authorization }) => authorization === 'Bearer secret-token')).toBe(true);
    const [, , create, params, metrics, artifact, update] = server.requests.map(({ body }) => body);
    expect(JSON.parse(create!)).toMatchObject({ experiment_id: '8', run_name: report.id });
    expect(JSON.parse(params!).params).toContainEqual({ key: 'embedder', value: 'e@1' });
    expect(params).not.toContain('/home/somebody');
    expect(JSON.parse(metrics!).metrics).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: 'answers.right', value: 0.75 }),
        expect.objectContaining({ key: 'answers.right.n', value: 4 }),
        expect.objectContaining({ key: 'answers.errors', value: 1 }),
      ]),
    );
    expect(artifact).toBe('<p>hello</p>');
    expect(JSON.parse(update!)).toMatchObject({ run_id: 'r1', status: 'FINISHED' });
  });

  it('uses an experiment that exists, and leaves stores alone that the server does not proxy', async () => {
    await using server = await startServer({ artifactUri: 's3://bucket/8/r1', knowsExperiment: true });
    const logged = await logToMlflow(report, {
      trackingUri: server.trackingUri,
      experiment: 'x',
      files: ['never-read'],
    });
    expect(logged.artifacts).toBe(false);
    expect(
      server.requests.some(({ call }) => call.startsWith('PUT') || call.endsWith('experiments/create')),
    ).toBe(false);
    expect(JSON.parse(server.requests[1]!.body).experiment_id).toBe('7');
  });

  it('says that the run is stored when the server cannot be reached', async () => {
    await expect(logToMlflow(report, { trackingUri: 'http://127.0.0.1:9', experiment: 'x' })).rejects.toThrow(
      /cannot be reached.*stored all the same/,
    );
  });
});
