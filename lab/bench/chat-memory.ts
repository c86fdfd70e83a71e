// A process with one loaded chat model that writes several answers at once, and what it holds then, on standard output in bytes:
// `node lab/bench/chat-memory.ts FILE PACKAGES AT_ONCE CONTEXT_TOKENS`.
import { openWritingModel } from '#models/chat/open-chat-model.ts';
import { readAnswer } from './chat-answers.ts';

const [file = '', packages = '', atOnce = '1', contextTokens = '2048'] = process.argv.slice(2);
await using model = await openWritingModel({
  model: `gguf:${file}`,
  packages,
  maxTokens: 8,
  contextTokens: Number(contextTokens),
  atOnce: Number(atOnce),
  threads: 1,
});
await Promise.all(
  Array.from({ length: model.atOnce }, (_, index) => readAnswer(model.model, `Say ${index}.`)),
);
process.stdout.write(String(process.memoryUsage().rss));
