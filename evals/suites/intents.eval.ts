import { runIntents } from '../intents/run-intents.ts';
import { defineSuite } from '../runner/define-suite.ts';

await defineSuite('intents', (context) => {
  const { labels } = context.settings;
  return runIntents(context, labels === undefined ? {} : { folders: labels });
});
