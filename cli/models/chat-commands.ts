// `answerdesk models … --chat`: the chat models of a team, through the same commands as embedders.
import { withChatModelInUse } from '#app/chat-model-in-use.ts';
import type { Config } from '#app/config.ts';
import { AppError } from '#core/errors.ts';
import {
  type ChatChangeRequest,
  type ComparedChatModel,
  compareChatModels,
  useChatModel,
} from '#fine-tuning/registry/chat-change.ts';
import type { Consent } from '#learning/promotion/consent.ts';
import type { ModelChange } from '#learning/promotion/model-change.ts';
import {
  type ChatModelRecord,
  listChatModels,
  pickChatModel,
  rollBackChatModel,
} from '#models/store/chat-registry.ts';

type Request = Omit<ChatChangeRequest, 'dataDir'>;

/** A line a model. */
export async function describeChatModels(
  config: Config,
): Promise<{ readonly text: string; readonly models: readonly ChatModelRecord[] }> {
  const models = await listChatModels(config.dataDir);
  const { chat } = await withChatModelInUse(config);
  const mark = (setting: string) => (setting === chat.model ? '*' : ' ');
  const rows = models.map(
    ({ id, setting, addedAt, base, parent, training }) =>
      `${mark(setting)}  ${id}  added ${addedAt.slice(0, 10)}${training ? `, trained on ${training.set}` : ''}${base ? `, from ${base}` : ''}${parent ? `, behind ${parent}` : ''}`,
  );
  const known = chat.model === 'extractive' || models.some(({ setting }) => setting === chat.model);
  const text = [
    'Chat models:',
    `${mark('extractive')}  extractive  quotes articles`,
    ...rows,
    ...(known ? [] : [`*  ${chat.model}`]),
    chat.isFixed ? '* writes, because ANSWERDESK_CHAT_MODEL says so.' : '* writes.',
  ].join('\n');
  return { text, models };
}

export async function compareChat(
  config: Config,
  names: readonly [string, string],
  request: Request,
): Promise<ModelChange> {
  const [before, after] = await Promise.all(names.map((name) => named(config, name)));
  return compareChatModels([before!, after!], { ...request, dataDir: config.dataDir });
}

export async function useChat(
  config: Config,
  name: string,
  request: Request & { readonly consent: Consent },
) {
  refuseFixed(config);
  const [before, after] = await Promise.all([named(config, 'current'), named(config, name)]);
  return useChatModel([before, after], { ...request, dataDir: config.dataDir });
}

/** Resolves to the setting in use now. */
export async function rollBackChat(config: Config): Promise<string> {
  refuseFixed(config);
  return rollBackChatModel(config.dataDir);
}

async function named(config: Config, name: string): Promise<ComparedChatModel> {
  const setting = name === 'current' ? (await withChatModelInUse(config)).chat.model : name;
  if (setting === 'extractive') return { setting, name: setting };
  const models = await listChatModels(config.dataDir);
  if (name === 'current')
    return { setting, name: models.find((model) => model.setting === setting)?.id ?? setting };
  const model = pickChatModel(models, name);
  return { setting: model.setting, name: model.id };
}

/** A setting that names a model would undo it. */
function refuseFixed({ chat }: Config): void {
  if (!chat.isFixed) return;
  throw new AppError(
    'config-invalid',
    `ANSWERDESK_CHAT_MODEL is set to ${chat.model} (in the environment or .env), so no other model can be put in use. Unset it first.`,
  );
}
