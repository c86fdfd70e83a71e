import { defineSuite } from '../runner/define-suite.ts';
import { runSpeed } from './speed.ts';

await defineSuite('speed', ({ dependencies, cases, seed, progress, signal }) =>
  runSpeed({ dependencies, cases, seed, progress, ...(signal ? { signal } : {}) }),
);
