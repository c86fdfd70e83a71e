// Picks the chat model that the configuration names.
import type { ChatModel } from '#core/chat-model.ts';
import { AppError, briefly } from '#core/errors.ts';
import type { ExtractiveModels } from './compose-answer.ts';
import { ExtractiveChatModel, extractiveModelName } from './extractive-chat-model.ts';

export interface ChatModelOptions {
  /** `extractive`; a model name on an OpenAI-compatible server; or `provider:model` of any LangChain provider that is installed. */
  readonly model: string;
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly maxTokens: number;
  readonly firstTokenTimeoutMs: number;
}

export interface OpenedChatModel {
  readonly name: string;
  readonly model: ChatModel;
}

/** `models`: what the extractive answer scores sentences with. Throws `model-invalid`. */
export async function openChatModel(
  options: ChatModelOptions,
  models: ExtractiveModels,
): Promise<OpenedChatModel> {
  if (options.model === extractiveModelName)
    return { name: extractiveModelName, model: new ExtractiveChatModel(models) };
  // Only a desk with a model server pays for loading the client.
  const { initChatModel } = await import('langchain/chat_models/universal');
  const [, provider, name] = /^(?:([a-z][a-z0-9_-]*):)?(.+)$/s.exec(options.model) ?? [];
  // `llama3.1:8b` is a model with a tag, not a provider.
  const known = provider !== undefined && knownProviders.has(provider);
  try {
    const model = await initChatModel(known ? name! : options.model, {
      modelProvider: known ? provider : 'openai',
      temperature: 0,
      maxTokens: options.maxTokens,
      // Retries would hide a late first token from the time-out, and the extractive answer is the better second try.
      maxRetries: 0,
      timeout: options.firstTokenTimeoutMs * 10,
      streamUsage: false,
      apiKey: options.apiKey ?? 'none',
      configuration: options.baseUrl === undefined ? {} : { baseURL: options.baseUrl },
    });
    return { name: options.model, model: model as unknown as ChatModel };
  } catch (cause) {
    throw new AppError(
      'model-invalid',
      `The chat model ${options.model} cannot be set up (${briefly(cause)}): check ANSWERDESK_CHAT_MODEL, and that the package of its provider is installed.`,
      { cause },
    );
  }
}

const knownProviders = new Set([
  'openai',
  'anthropic',
  'google-genai',
  'ollama',
  'mistralai',
  'groq',
  'bedrock',
  'azure_openai',
]);
