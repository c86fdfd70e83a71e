import { defineSuite } from '../runner/define-suite.ts';
import { runSafety } from '../safety/run-safety.ts';

await defineSuite('safety', runSafety);
