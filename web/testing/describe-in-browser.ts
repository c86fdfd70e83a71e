// Browser tests run where there is a Chromium; where there is none, the file's line says that they were skipped, and why.
import { describe } from 'vitest';
import { chromiumPath } from './launch-chromium.ts';

export function describeInBrowser(name: string, tests: () => void): void {
  describe.skipIf(!chromiumPath)(
    chromiumPath ? name : `${name}: needs Chromium (Debian: apt-get install chromium)`,
    tests,
  );
}
