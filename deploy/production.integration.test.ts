import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

/** Programs of their own, started on a machine that may be busy. */
const timeout = 180_000;
const root = resolve(import.meta.dirname, '..');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'answerdesk-production-')));
const dataDir = join(folder, 'var');
const environment = { PATH: process.env.PATH, ANSWERDESK_DATA_DIR: dataDir, ANSWERDESK_PORT: '0' };
const groups = new Set<number>();

beforeAll(
  () => void execFileSync(process.execPath, [join(root, 'deploy/build.ts')], { stdio: 'pipe' }),
  timeout,
);

afterEach(() => {
  for (const group of groups) if (isAlive(-group)) process.kill(-group, 'SIGKILL');
  groups.clear();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** In a process group of its own, so that whatever it leaves behind is found. */
function run(program: string, args: readonly string[], cwd: string) {
  const child = spawn(program, args, {
    cwd,
    env: environment,
    detached: true,
  }) as ChildProcessWithoutNullStreams;
  groups.add(child.pid!);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const exit = new Promise<number | string | null>((done) =>
    child.once('exit', (code, signal) => done(code ?? signal)),
  );
  return {
    child,
    exit,
    said: () => said,
    async url(): Promise<string> {
      for (;;) {
        const url = /ready: (http:\S+)/.exec(said)?.[1];
        if (url) return url.replace('localhost', '127.0.0.1');
        if (child.exitCode !== null) throw new Error(said);
        await sleep(20);
      }
    },
  };
}

describe('the build, with nothing but the packages of production', { timeout }, () => {
  const installed = join(folder, 'installed');
  const program = join(installed, 'dist/cli.js');

  beforeAll(() => {
    mkdirSync(join(installed, 'data'), { recursive: true });
    for (const path of ['package.json', 'dist'])
      cpSync(join(root, path), join(installed, path), { recursive: true });
    for (const path of ['data/models']) symlinkSync(join(root, path), join(installed, path));
    const paths = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], {
      cwd: root,
      encoding: 'utf8',
    });
    for (const path of new Set(paths.trim().split('\n').slice(1))) {
      const name = relative(join(root, 'node_modules'), path);
      if (name.includes('node_modules')) continue;
      mkdirSync(join(installed, 'node_modules', name, '..'), { recursive: true });
      symlinkSync(path, join(installed, 'node_modules', name));
    }
    mkdirSync(join(folder, 'articles'));
    writeFileSync(
      join(folder, 'articles/valve.md'),
      '# Open a valve\n\nTurn the valve to the left to open it.\n',
    );
  });

  it('imports nothing that only development has', () => {
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    );
    const installedNames = new Set(Object.keys({ ...dependencies, ...optionalDependencies }));
    const found = globSync('*.js', { cwd: join(root, 'dist') }).flatMap((path) => {
      const text = readFileSync(join(root, 'dist', path), 'utf8');
      const imports = text.matchAll(
        /^(?:import|export)\b[^'";]*?\bfrom "([^".#][^"]*)"|^import "([^".#][^"]*)"|\bimport\("([^".#][^"]*)"\)/gm,
      );
      const specifiers = [...imports].map(([, ...one]) => one.find(Boolean)!);
      return specifiers.filter((one) => !isBuiltin(one)).map((one) => /^(?:@[^/]+\/)?[^/]+/.exec(one)![0]);
    });
    expect(found).toContain('onnxruntime-node');
    expect(found.filter((name) => !installedNames.has(name))).toEqual([]);
    expect(existsSync(join(root, 'dist/lab'))).toBe(false);
  });

  it('reads articles, serves the widget, and ends with 0 on SIGTERM', async () => {
    execFileSync(process.execPath, [program, 'ingest', join(folder, 'articles')], {
      env: environment,
      stdio: 'pipe',
    });
    const desk = run(process.execPath, [program, 'start'], folder);
    const url = await desk.url();
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ready' });
    expect((await fetch(`${url}/widget.js`)).status).toBe(200);
    desk.child.kill('SIGTERM');
    expect(await desk.exit).toBe(0);
  });

  it('says in one sentence that an older Node cannot run it', async () => {
    const older =
      "data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.11.1' })";
    const desk = run(process.execPath, ['--import', older, program, 'start'], folder);
    expect(await desk.exit).toBe(2);
    expect(desk.said()).toMatch(/^Answerdesk needs Node 22\.18 or newer; this is Node 20\.11\.1\.[^\n]*\n$/);
  });
});

describe('npm start', { timeout }, () => {
  it('ends with everything that it started when npm gets SIGTERM', async () => {
    // Without the scripts around it, which install and build.
    const npm = run('npm', ['start', '--ignore-scripts'], root);
    const url = await npm.url();
    npm.child.kill('SIGTERM');
    expect(await npm.exit).toBe(0);
    await expect.poll(() => isAlive(-npm.child.pid!), { timeout: 10_000 }).toBe(false);
    await expect(fetch(url)).rejects.toThrow();
  });
});
