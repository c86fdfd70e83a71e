// How reports for people look: one style sheet, put into every page, so that each opens without a network.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function reportStyle(): string {
  return readFileSync(join(import.meta.dirname, 'report.css'), 'utf8');
}
