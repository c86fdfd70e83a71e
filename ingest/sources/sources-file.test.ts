import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryFolder, type TemporaryFolder } from '../testing/source-folder.ts';
import { pickSources, readSourcesFile } from './sources-file.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

const read = async (text: string) => readSourcesFile(await folder.write('desk/sources.yaml', text));
const problemsOf = (text: string) =>
  read(text).then(
    () => [],
    (error: Error) =>
      error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim()),
  );

describe('a file of sources', () => {
  it('says where each source is, how it is read and when', async () => {
    const sources = await read(`
timezone: Europe/Madrid
sources:
  - name: help
    type: files
    paths: [./centre, /srv/more]
    schedule: "*/30 * * * *"
    language: es
    internal: [{ titlePrefix: Interno }]
    map: { title: titular }
  - name: tickets
    type: files
    paths: [tickets.csv]
    schedule: "0 5 * * MON"
    timezone: America/Lima
  - { name: once, type: files, paths: [a.md] }
  - { name: site, type: web, url: https://help.example.com/en, maxPages: 50, exclude: [community/**], language: en }
  - { name: acme, type: zendesk, account: acme, read: [articles, tickets], secrets: { token: ACME_TOKEN } }
`);
    expect(sources).toEqual([
      {
        name: 'help',
        spec: { type: 'files', paths: [join(folder.path, 'desk/centre'), '/srv/more'] },
        settings: { language: 'es', internal: [{ titlePrefix: 'Interno' }], map: { title: 'titular' } },
        schedule: { cron: '*/30 * * * *', timezone: 'Europe/Madrid' },
      },
      {
        name: 'tickets',
        spec: { type: 'files', paths: [join(folder.path, 'desk/tickets.csv')] },
        settings: {},
        schedule: { cron: '0 5 * * MON', timezone: 'America/Lima' },
      },
      { name: 'once', spec: { type: 'files', paths: [join(folder.path, 'desk/a.md')] }, settings: {} },
      {
        name: 'site',
        spec: { type: 'web', url: 'https://help.example.com/en', maxPages: 50, exclude: ['community/**'] },
        settings: { language: 'en' },
      },
      {
        name: 'acme',
        spec: {
          type: 'desk',
          desk: 'zendesk',
          account: 'acme',
          read: ['articles', 'tickets'],
          secrets: { token: 'ACME_TOKEN' },
        },
        settings: {},
      },
    ]);
    expect(pickSources(sources, ['once', 'help']).map(({ name }) => name)).toEqual(['help', 'once']);
    expect(() => pickSources(sources, ['hlep'])).toThrow(/no source "hlep".*help, tickets, once, site, acme/);
  });

  it('tells all that is wrong at once, with lines', async () => {
    expect(
      await problemsOf(`timezone: Europe/Madird
sources:
  - name: help
    type: files
    paths: []
    schedule: "61 * * * *"
  - type: carrier-pigeon
  - name: more
    type: files
    paths: [x]
    langage: es
`),
    ).toEqual([
      expect.stringMatching(/^line 1: timezone: is no time zone/),
      expect.stringMatching(/^line 5: 0\.paths: /),
      expect.stringMatching(/^line 6: 0\.schedule: is no cron expression \(.*61/),
      expect.stringMatching(/^line 7: 1\.type: /),
      expect.stringMatching(/^line 8: 2: .*langage/),
    ]);
  });

  it('refuses a secret that is written into it, without repeating it', async () => {
    const problems = await problemsOf(`sources:
  - name: desk
    type: files
    paths: ["https://me:hunter2@desk.example/export.csv"]
    apiKey: s3cr3t-value
    token: DESK_TOKEN
`);
    expect(problems).toEqual([
      expect.stringMatching(/^line 2: .*apiKey/),
      expect.stringMatching(/^line 4: .*password/),
      expect.stringMatching(/^line 5: apiKey: write the name of an environment variable/),
    ]);
    expect(problems.join()).not.toMatch(/s3cr3t|hunter2/);
  });

  it.each([
    ['', /line 1/],
    ['sources: [', /line 1/],
    ['sources: []', /sources/],
    ['- a', /line 1/],
    [
      'sources:\n  - { name: a, type: files, paths: [x] }\n  - { name: a, type: files, paths: [y] }',
      /line 3: .*twice/,
    ],
    [`a: &a [x]\nsources: [${'*a, '.repeat(200)}]`, /line/],
  ])('refuses %j', async (text, problem) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(problem),
    });
  });
});
