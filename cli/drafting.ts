// What `cards draft` and `questions draft` share: the model that writes, and what may be written from.
import { withChatModelInUse } from '#app/chat-model-in-use.ts';
import type { Config } from '#app/config.ts';
import type { WritingModel } from '#core/chat-model.ts';
import type { Document } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import { closedToTraining } from '#core/source-terms.ts';
import { openWritingModel } from '#models/chat/open-chat-model.ts';

/** `what`: "to write cards from articles". Throws `bad-request`, saying what to configure, where only the extractive model is. */
export async function openDraftingModel(
  config: Config,
  { what, instead = '' }: { readonly what: string; readonly instead?: string },
): Promise<WritingModel> {
  const { chat } = await withChatModelInUse(config);
  if (chat.model === 'extractive')
    throw new AppError(
      'bad-request',
      `No chat model is configured, and one is needed ${what}. Set ANSWERDESK_CHAT_MODEL, such as openai:MODEL with ANSWERDESK_CHAT_BASE_URL or OPENAI_API_KEY.${instead}`,
    );
  return openWritingModel(chat);
}

/** The documents without those of sources whose owner has said `training: no`, which is said on standard error. */
export function openToDrafts({
  documents,
  info,
}: {
  readonly documents: readonly Document[];
  readonly info: GenerationInfo;
}): readonly Document[] {
  const closed = closedToTraining(info.sources);
  if (closed.size > 0)
    process.stderr.write(`Left out, because their settings say "training: no": ${[...closed].join(', ')}.\n`);
  return documents.filter(({ metadata }) => !closed.has(metadata.source));
}
