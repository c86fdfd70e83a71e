// The suites that ship, in the order in which they run. A new one is a line here.
import { runIntents } from '../intents/run-intents.ts';
import type { Suites } from '../runner/suite.ts';
import { runSafety } from '../safety/run-safety.ts';
import { runAbstention } from './abstention-suite.ts';
import { runAnswers } from './answers-suite.ts';
import { runConversation } from './conversation-suite.ts';
import { heldOutTranscripts, runLanguageModel } from './language-model.ts';
import { runRetrieval } from './retrieval-suite.ts';
import { runSpeed } from './speed.ts';

export const allSuites: Suites = {
  retrieval: runRetrieval,
  answers: runAnswers,
  abstention: runAbstention,
  conversation: runConversation,
  safety: runSafety,
  intents(context) {
    const { labels } = context.settings;
    return runIntents(context, labels === undefined ? {} : { folders: labels });
  },
  'language-model'({ config, generation, seed, progress, signal }) {
    const { baseUrl, apiKey } = config.chat;
    const model = config.chat.model.replace(/^openai:/, '');
    const texts = heldOutTranscripts(generation.documents);
    return runLanguageModel({ model, baseUrl, apiKey, texts, seed, progress, ...(signal ? { signal } : {}) });
  },
  speed: ({ dependencies, cases, seed, progress, signal }) =>
    runSpeed({ dependencies, cases, seed, progress, ...(signal ? { signal } : {}) }),
};
