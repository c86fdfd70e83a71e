// npm run rooms: writes the import rules of rooms.ts to the linter's configuration and to ARCHITECTURE.md.
import { writeFileSync } from 'node:fs';
import { writtenFiles } from './written-rules.ts';

for (const { path, expected } of writtenFiles()) writeFileSync(path, expected);
