// Every suite by its name. A new one is a line here, and its name in runner/run-settings.ts.

import { runWaitTime } from '../../lab/queue-replay/run-wait-time.ts';
import { runIntents } from '../intents/run-intents.ts';
import type { SuiteName } from '../runner/run-settings.ts';
import type { Suite } from '../runner/suite.ts';
import { runSafety } from '../safety/run-safety.ts';
import { runAbstention } from './abstention-suite.ts';
import { runAnswers } from './answers-suite.ts';
import { runConversation } from './conversation-suite.ts';
import { heldOutTranscripts, runLanguageModel } from './language-model.ts';
import { runRetrieval } from './retrieval-suite.ts';
import { runSpeed } from './speed.ts';

const runs: Readonly<Record<SuiteName, Suite['run']>> = {
  retrieval: runRetrieval,
  answers: runAnswers,
  abstention: runAbstention,
  conversation: runConversation,
  safety: runSafety,
  intents(context) {
    const { labels } = context.settings;
    return runIntents(context, labels === undefined ? {} : { folders: labels });
  },
  'wait-time'(context) {
    const { transcripts, agents } = context.settings;
    return runWaitTime(context, {
      ...(transcripts === undefined ? {} : { transcripts }),
      ...(agents === undefined ? {} : { agents }),
    });
  },
  'language-model'({ config, generation, seed, progress, signal }) {
    const { model, baseUrl, apiKey } = config.chat;
    const texts = heldOutTranscripts(generation.documents);
    return runLanguageModel({ model, baseUrl, apiKey, texts, seed, progress, ...(signal ? { signal } : {}) });
  },
  speed: ({ dependencies, cases, seed, progress, signal }) =>
    runSpeed({ dependencies, cases, seed, progress, ...(signal ? { signal } : {}) }),
};

export function suitesNamed(names: readonly SuiteName[]): Suite[] {
  return names.map((name) => ({ name, run: runs[name] }));
}
