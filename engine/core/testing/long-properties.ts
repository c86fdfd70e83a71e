// Before each test file of `npm run test:long`: properties without a number of runs of their own try more cases.
import fc from 'fast-check';
import { effort } from './effort.ts';

fc.configureGlobal({ numRuns: 100 * effort });
