// Browser tests run where there is a Chromium, and say in one line per file that they do not where there is none.
import { describe, it } from 'vitest';
import { chromiumPath } from './launch-chromium.ts';

export function describeInBrowser(name: string, tests: () => void): void {
  if (chromiumPath) describe(name, tests);
  else it.skip(`${name}: needs Chromium (Debian: apt-get install chromium)`, () => {});
}
