// npm run rooms: writes the import rules of rooms.ts to the linter's configuration and to ARCHITECTURE.md. With --check it writes
// nothing, and ends with 1 where they are not up to date.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { isUpToDate, writtenFiles } from './written-rules.ts';

if (process.argv.includes('--check')) {
  const old = writtenFiles().filter((file) => !isUpToDate(file));
  for (const { path } of old)
    process.stderr.write(
      `${relative('.', path)} does not say what lab/architecture/rooms.ts says: npm run rooms\n`,
    );
  process.exitCode = old.length > 0 ? 1 : 0;
} else for (const { path, expected } of writtenFiles()) writeFileSync(path, expected);
