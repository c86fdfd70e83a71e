// Which chat model writes: the one that the operator's settings name, else the one that was put in use after a comparison, else none.
import { chatModelInUse } from '#models/store/chat-registry.ts';
import type { Config } from './config.ts';

export async function withChatModelInUse<Some extends Pick<Config, 'chat' | 'dataDir'>>(
  config: Some,
): Promise<Some> {
  if (config.chat.isFixed) return config;
  const model = await chatModelInUse(config.dataDir);
  return model === undefined ? config : { ...config, chat: { ...config.chat, model } };
}
