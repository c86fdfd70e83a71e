// The command itself, as a child process: what it prints, how it ends, and what is left when it is killed.
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { articlePage, startLocalSite } from '#connectors/web/testing/local-site.ts';
import { effort } from '#core/testing/effort.ts';
import { lockJob } from '#ingest/job-lock.ts';
import { type EmbeddingEndpoint, startEmbeddingEndpoint } from '#ingest/testing/embedding-endpoint.ts';
import { createTemporaryFolder, type TemporaryFolder } from '#ingest/testing/source-folder.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { runCommandLine } from './testing/run-command.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
let endpoint: EmbeddingEndpoint;
let folder: TemporaryFolder;
beforeAll(async () => {
  endpoint = await startEmbeddingEndpoint();
});
afterAll(() => endpoint[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(
  args: readonly string[],
  { cwd = folder.path, dataDir = join(cwd, 'var'), model = 'openai:test' } = {},
) {
  const env = {
    PATH: process.env.PATH,
    ANSWERDESK_DATA_DIR: dataDir,
    ANSWERDESK_EMBEDDER: model,
    ANSWERDESK_EMBEDDER_BASE_URL: endpoint.baseUrl,
  };
  const child = spawn(process.execPath, [main, 'ingest', ...args], { cwd, env });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (piece: Buffer) => {
    output.stdout += piece.toString();
  });
  child.stderr.on('data', (piece: Buffer) => {
    output.stderr += piece.toString();
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...output }));
  });
  return { child, ended };
}
const run = (...args: string[]) => start(args).ended;
const writeCentre = (version: number, articles = 40, place = folder) =>
  place.write(
    'centre/articles.jsonl',
    Array.from(
      { length: articles },
      (_, index) =>
        `${JSON.stringify({ id: `a${index}`, title: `Article ${index}`, text: `Version ${version} of article ${index}.` })}\n`,
    ).join(''),
  );

describe('answerdesk ingest', () => {
  it('publishes, tells people on stderr and scripts on stdout, and has nothing to do the second time', async () => {
    await writeCentre(1);
    const first = await run('centre', '--json');
    expect(first).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/Published {2}gen-000001: 40 documents/),
    });
    expect(JSON.parse(first.stdout)).toMatchObject({
      published: true,
      source: 'centre',
      documents: { added: 40 },
    });
    const before = endpoint.textsEmbedded;
    expect(await run('centre', '--if-empty')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(endpoint.textsEmbedded).toBe(before);
    const status = await run('status', '--json');
    expect(JSON.parse(status.stdout).current).toMatchObject({
      id: 'gen-000001',
      documents: 40,
      sources: [{ name: 'centre', documents: 40, chunks: 40 }],
    });
  });

  it('reads a website, from a private network only if that is allowed', async () => {
    await using site = await startLocalSite({
      '/': articlePage(
        'Home',
        '<p>Find what you need.</p><a href="/tea">Tea</a><a href="/shop/pots">Pots</a>',
      ),
      '/tea': articlePage('Green tea', '<p>Steep it for two minutes.</p>'),
      '/shop/pots': articlePage('Pots', '<p>Buy one.</p>'),
    });
    const address = `http://127.0.0.1:${site.port}`;
    expect(await run(address)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/private network[\s\S]*--allow-private-addresses/),
    });
    expect(site.connections).toBe(0);
    const { code, stderr, stdout } = await run(
      ...[address, '--allow-private-addresses', '--rate', '1000', '--exclude', 'shop/**', '--json'],
    );
    expect([code, stderr]).toEqual([0, expect.stringMatching(/Published {2}gen-000001: 2 documents/)]);
    expect(JSON.parse(stdout)).toMatchObject({ source: `127.0.0.1:${site.port}`, documents: { added: 2 } });
  });

  it('goes back to the generation before', async () => {
    await writeCentre(1);
    await run('centre');
    await writeCentre(2);
    await run('centre');
    expect(await run('rollback')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('gen-000001 is in use again'),
    });
    expect(await run('rollback')).toMatchObject({ code: 1 });
  });

  it('brings no sample in where CURRENT is damaged or the embedder’s stamp is, and goes back to the generation that is named', async () => {
    await writeCentre(1);
    await run('centre');
    await folder.write('shipped/s.md', 'An example.');
    const start = () => run('shipped', '--if-empty', '--source', 'sample');
    await folder.write('var/embedder.json', '{"finger');
    expect(await start()).toEqual({ code: 0, stdout: '', stderr: '' });
    await folder.write('var/index/CURRENT', '');
    expect(await start()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('answerdesk ingest rollback --to gen-000001 (there is gen-000001)'),
    });
    expect(await run('status')).toMatchObject({ code: 1, stderr: expect.stringContaining('rollback --to') });
    expect(await run('rollback', '--to', 'gen-000002')).toMatchObject({ code: 2 });
    expect(await run('rollback', '--to', 'gen-000001')).toMatchObject({ code: 0 });
    expect(await start()).toEqual({ code: 0, stdout: '', stderr: '' });
    const { info } = (await openCurrentGeneration(join(folder.path, 'var')))!;
    expect(info.sources).toEqual([{ name: 'centre', documents: 40, chunks: 40 }]);
  });

  it('brings nothing in by --if-empty where conversations are and their knowledge base is gone', async () => {
    await folder.write('var/conversations.db', 'who said what');
    await writeCentre(1);
    expect(await run('centre', '--if-empty')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /holds conversations\.db[\s\S]*back from a backup[\s\S]*without --if-empty/,
      ),
    });
    expect(await run('centre')).toMatchObject({ code: 0 });
  });

  it('publishes with another model than that of the knowledge base in use only when told to', async () => {
    await writeCentre(1);
    await run('centre');
    const before = endpoint.textsEmbedded;
    await writeCentre(2);
    const runs = [['centre'], ['re-embed'], ['centre', '--if-empty'], ['centre', '--dry-run']];
    for (const args of runs) {
      const { code, stdout, stderr } = await start([...args, '--json'], { model: 'openai:other' }).ended;
      expect([code, stdout]).toEqual([2, '']);
      for (const part of [/made with openai:test/, /models use openai:other /, /--accept-model-change/])
        expect(stderr).toMatch(part);
    }
    // Not even asked how long its vectors are.
    expect(endpoint.textsEmbedded).toBe(before);
    const current = async () => (await openCurrentGeneration(join(folder.path, 'var')))!.info;
    expect(await current()).toMatchObject({ id: 'gen-000001', modelId: 'openai:test' });

    const accepted = start(['re-embed', '--accept-model-change'], { model: 'openai:other' });
    expect(await accepted.ended).toMatchObject({ code: 0 });
    expect(await current()).toMatchObject({ id: 'gen-000002', modelId: 'openai:other', documents: 40 });
    // From here on that is the one that goes without saying, also without a setting.
    expect(await run('centre')).toMatchObject({ code: 2 });
    expect(await start(['centre'], { model: '' }).ended).toMatchObject({ code: 0 });
    expect(await current()).toMatchObject({ id: 'gen-000003', modelId: 'openai:other' });
  });

  it.each([
    [[], 0, /Examples/],
    [['--help'], 0, /Exit code/],
    [['--frobnicate', 'x'], 2, /--help/],
    [['/no/such/folder'], 2, /no such file/],
    [['remove'], 2, /--source/],
    [['status', '--to', 'gen-000001'], 2, /--to belongs to rollback/],
    [['watch'], 2, /or --sources/],
    [['--sources'], 2, /answerdesk\.sources\.yaml cannot be read/],
    [['--sources', 'x.yaml', '--language', 'en'], 2, /setting of one source/],
    [['status', '--sources'], 2, /does not belong to status/],
    [['history'], 0, /no run yet/],
    [['status'], 1, /no knowledge base/],
    [['.', '--map', 'absent.yaml'], 2, /cannot be read/],
    [['.', '--audience-rule', 'x'], 2, /title:PREFIX/],
    [['.', '--dry-run', '--region', 'England'], 2, /two capital letters/],
  ])('ends %j with %d', async (args, code, text) => {
    await folder.write('a.md', 'Some text.');
    const outcome = await run(...(args as string[]));
    expect(outcome.code).toBe(code);
    expect(outcome.stdout + outcome.stderr).toMatch(text as RegExp);
  });

  it('takes its settings from the folder', async () => {
    await folder.write(
      'c/answerdesk.source.yaml',
      'name: docs\ninternal:\n  - path: "agents/**"\nmap:\n  title: headline\n',
    );
    await folder.write('c/agents/a.md', 'For agents.');
    await folder.write('c/b.jsonl', '{"id":"b","headline":"Hello","text":"For customers."}\n');
    await run('c');
    const generation = await openCurrentGeneration(join(folder.path, 'var'));
    expect(
      generation?.documents.map(({ metadata }) => [metadata.source, metadata.title, metadata.audience]),
    ).toEqual([
      ['docs', 'A', 'internal'],
      ['docs', 'Hello', 'customer'],
    ]);
    await writeFile(join(folder.path, 'c/answerdesk.source.yaml'), 'nmae: docs');
    expect(await run('c')).toMatchObject({ code: 2, stderr: expect.stringContaining('nmae') });
    // Cut by a full disk. Without its rules, agents' articles would be published to customers.
    await writeFile(join(folder.path, 'c/answerdesk.source.yaml'), '');
    expect(await run('c')).toMatchObject({ code: 2, stderr: expect.stringContaining('is empty') });
  });

  it('redacts articles when the command line or the folder asks for it', async () => {
    const published = async () => {
      const { documents } = (await openCurrentGeneration(join(folder.path, 'var')))!;
      return documents.map(({ pageContent }) => pageContent);
    };
    await folder.write('c/a.md', 'Ask jane.doe@x.example.');
    await run('c');
    expect(await published()).toEqual(['Ask jane.doe@x.example.']);
    await run('c', '--redact-articles');
    expect(await published()).toEqual(['Ask [EMAIL].']);
    await run('c');
    await folder.write('c/answerdesk.source.yaml', 'redactArticles: true');
    await run('c');
    expect(await published()).toEqual(['Ask [EMAIL].']);
  });

  it('reads the sources of a file, ends with 1 when one of them fails, and keeps a history', async () => {
    await writeCentre(1);
    const entry = (name: string) => `  - { name: ${name}, type: files, paths: [${name}] }\n`;
    await folder.write('answerdesk.sources.yaml', `sources:\n${entry('centre')}${entry('gone')}`);
    const first = await run('--sources', '--json');
    expect(first).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/"gone" failed and stays as it was/),
    });
    const lines = first.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      {
        sources: [
          { source: 'centre', summary: { published: true } },
          { source: 'gone', error: { code: 'bad-input' } },
        ],
      },
    ]);
    const second = await run('--sources');
    expect(second).toMatchObject({ code: 1, stderr: expect.not.stringMatching(/"gone" failed/) });
    expect(await run('--sources', 'centre')).toMatchObject({ code: 0 });
    const history = await run('history', '--json');
    expect(
      JSON.parse(history.stdout).runs.map(({ source, result }: { source: string; result: string }) => [
        source,
        result,
      ]),
    ).toEqual([
      ['centre', 'published'],
      ['gone', 'failed'],
      ['centre', 'unchanged'],
      ['gone', 'failed'],
      ['centre', 'unchanged'],
    ]);
    expect((await run('history', '--source', 'gone')).stderr.trim().split('\n')).toHaveLength(2);
  });

  it('stands in the audit log whatever came of it, without a path, and not where it only looked', async () => {
    await writeCentre(1);
    await folder.write('other/a.md', '# A\n\nSome text about a thing.');
    await run('centre', '--dry-run');
    await run('centre');
    await run('centre');
    expect(await run('missing-folder', '--source', 'gone')).toMatchObject({ code: 2 });
    await writeCentre(1, 3);
    expect(await run('centre')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--accept-removals/),
    });
    {
      using _atWork = lockJob(join(folder.path, 'var'));
      expect(await run('other')).toMatchObject({ code: 1 });
    }
    expect(await start(['other'], { model: 'openai:other' }).ended).toMatchObject({ code: 2 });
    await folder.write(
      'answerdesk.sources.yaml',
      'sources:\n  - { name: gone, type: files, paths: [gone] }\n',
    );
    expect(await run('--sources')).toMatchObject({ code: 1 });
    const { stdout } = await runCommandLine('cli/main.ts', ['audit', '--json'], {
      ANSWERDESK_DATA_DIR: join(folder.path, 'var'),
    });
    const entries = JSON.parse(stdout) as { action: string; details: Record<string, string> }[];
    expect(entries.reverse().map(({ action, details }) => [action, details.source, details.reason])).toEqual([
      ['knowledge.published', 'centre', undefined],
      ['knowledge.unchanged', 'centre', undefined],
      ['knowledge.refused', 'gone', 'bad-input'],
      ['knowledge.refused', 'centre', 'bad-input'],
      ['knowledge.refused', 'other', 'job-locked'],
      ['knowledge.refused', 'other', 'knowledge-base-mismatch'],
      ['knowledge.refused', 'gone', 'bad-input'],
    ]);
    expect(stdout).not.toContain('missing-folder');
  });

  it.each([
    ['watch', ['watch', 'centre']],
    ['schedule', ['schedule', 'desk.yaml']],
  ])('%s reads what is due, goes on until it is stopped, and ends in good order', async (_what, args) => {
    await writeCentre(1);
    await folder.write(
      'desk.yaml',
      'sources:\n  - { name: centre, type: files, paths: [centre], schedule: "* * * * * *" }\n',
    );
    const { child, ended } = start(args);
    const said = (pattern: RegExp) =>
      new Promise<void>((resolve) => {
        let text = '';
        child.stderr.on('data', (piece: Buffer) => {
          text += piece.toString();
          if (pattern.test(text)) resolve();
        });
      });
    await said(/Published {2}gen-000001/);
    const again = said(/Published {2}gen-000002/);
    await writeCentre(2);
    await again;
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 130, stderr: expect.stringMatching(/Stopped\./) });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('stops cleanly on %s', async (signal) => {
    await writeCentre(1, 3_000);
    const { child, ended } = start(['centre']);
    child.stderr.once('data', () => child.kill(signal));
    expect(await ended).toMatchObject({
      code: 130,
      stderr: expect.stringMatching(/stays as it is[\s\S]*Stopped\./),
    });
  });
});

describe('killed while it embeds', () => {
  it('embeds again only what was on its way', async () => {
    const articles = 3_000;
    await writeCentre(1, articles);
    const before = endpoint.textsEmbedded;
    const embedded = () => endpoint.textsEmbedded - before;
    let killed = 0;
    for (const share of [0.2, 0.5, 0.8]) {
      const { child, ended } = start(['centre']);
      const timer = setInterval(() => {
        if (embedded() > articles * share) child.kill('SIGKILL');
      }, 1);
      if ((await ended).code === null) killed += 1;
      clearInterval(timer);
    }
    expect(await run('centre')).toMatchObject({ code: 0 });
    // Four requests of 128 texts, and the probe for the number of dimensions at each start.
    expect(embedded()).toBeLessThanOrEqual(articles + killed * 4 * 128 + 4);
    expect((await openCurrentGeneration(join(folder.path, 'var')))?.info.chunks).toBe(articles);
    expect(killed).toBe(3);
  });

  it('says what it would take, and leaves nothing behind', async () => {
    await writeCentre(1);
    const { code, stdout } = await run('centre', '--estimate', '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { source: 'centre', passages: 40, toEmbed: 40 }]);
    expect(await run('status')).toMatchObject({ code: 1 });
  });
});

const kills = 3 * effort;

describe('killed at random moments', () => {
  // Two series side by side: a child spends much of its time waiting.
  it.concurrent.each([1, 2])(
    'leaves the old or the new generation, and the next run completes (series %i)',
    async (series) => {
      await using place = await createTemporaryFolder();
      const dataDir = join(place.path, 'var');
      const write = (version: number) => writeCentre(version, 40, place);
      // The folder that tests share goes when the first of the two series ends.
      const ingest = () => start(['centre'], { cwd: place.path });
      await write(series);
      await ingest().ended;
      await write(0);
      let started = performance.now();
      await ingest().ended;
      let duration = performance.now() - started;
      let killed = 0;
      for (let version = 10; killed < kills && version < 10 + 4 * kills; version += 1) {
        const before = (await openCurrentGeneration(dataDir))!.documents[0]!.pageContent;
        await write(version);
        started = performance.now();
        const { child, ended } = ingest();
        // Most of a run is loading; the moments that matter are in its second half.
        const timer = setTimeout(() => child.kill('SIGKILL'), duration * (0.3 + 0.8 * Math.random()));
        if ((await ended).code === null) killed += 1;
        // It got away: the machine has become faster than it was when the duration was measured.
        else duration = performance.now() - started;
        clearTimeout(timer);
        const generation = await openCurrentGeneration(dataDir);
        expect([before, `Version ${version} of article 0.`]).toContain(generation?.documents[0]?.pageContent);
        expect(generation?.info.documents).toBe(40);
      }
      expect(killed).toBe(kills);
      await write(1_000_000);
      expect((await ingest().ended).code).toBe(0);
      expect((await openCurrentGeneration(dataDir))?.documents[0]?.pageContent).toBe(
        'Version 1000000 of article 0.',
      );
    },
  );
});
