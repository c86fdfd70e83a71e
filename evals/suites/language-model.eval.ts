import { openCurrentGeneration } from '#rag/generation-reader.ts';
import { defineSuite } from '../runner/define-suite.ts';
import { runLanguageModel } from './language-model.ts';

const maxTexts = 50;

await defineSuite('language-model', async ({ config, settings, seed, progress, signal }) => {
  const documents = (await openCurrentGeneration(settings.dataDir))?.documents ?? [];
  const texts = documents
    .filter(({ metadata }) => metadata.kind === 'transcript' && metadata.audience === 'customer')
    .toSorted((a, b) => (b.metadata.updated ?? '').localeCompare(a.metadata.updated ?? ''))
    .slice(0, maxTexts)
    .map(({ id, pageContent }) => ({ id, text: pageContent }));
  const { model, baseUrl, apiKey } = config.chat;
  return runLanguageModel({ model, baseUrl, apiKey, texts, seed, progress, ...(signal ? { signal } : {}) });
});
