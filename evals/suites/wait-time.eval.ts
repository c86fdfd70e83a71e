import { defineSuite } from '../runner/define-suite.ts';
import { runWaitTime } from '../wait-time/run-wait-time.ts';

await defineSuite('wait-time', (context) => {
  const { transcripts, agents } = context.settings;
  return runWaitTime(context, {
    ...(transcripts === undefined ? {} : { transcripts }),
    ...(agents === undefined ? {} : { agents }),
  });
});
