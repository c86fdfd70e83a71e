import { describe, expect, it } from 'vitest';
import { parseCommandLine } from './arguments.ts';

const site = 'https://help.example.com';

describe('the command line of ingestion', () => {
  it('takes an address for a website, with what bounds it', () => {
    const { website, paths } = parseCommandLine([
      site,
      '--max-pages',
      '50',
      '--rate',
      '.5',
      '--include',
      'a/**',
    ]);
    expect(paths).toEqual([site]);
    expect(website).toMatchObject({
      type: 'web',
      url: site,
      maxPages: 50,
      requestsPerSecond: 0.5,
      include: ['a/**'],
    });
    expect(parseCommandLine(['HTTP://help.example.com']).website).toMatchObject({ allowPrivate: undefined });
    expect(parseCommandLine(['./https']).website).toBeUndefined();
  });

  it('says what cannot be meant', () => {
    for (const [args, reason] of [
      [[site, './centre'], /a source of its own/],
      [[site, 'https://other.example.com'], /a source of its own/],
      [['./centre', '--max-pages', '3'], /--max-pages belongs to a website/],
      [['./centre', '--allow-private-addresses'], /belongs to a website/],
      [[site, '--rate', '0'], /--rate is a number above 0/],
      [[site, '--max-depth', 'deep'], /--max-depth is a number above 0/],
      [['https://'], /no address of a website/],
    ] as const)
      expect(() => parseCommandLine(args)).toThrow(reason);
  });
});
