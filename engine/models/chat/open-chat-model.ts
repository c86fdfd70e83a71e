// Picks the chat model that the configuration names.
import type { ChatModel } from '#core/chat-model.ts';
import { AppError, briefly } from '#core/errors.ts';
import { ExtractiveChatModel, extractiveModelName } from './extractive-chat-model.ts';
import type { ExtractiveModels } from './score-units.ts';

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
  const [, prefix = '', name = ''] = /^([a-z][a-z0-9_-]*):(.+)$/s.exec(options.model) ?? [];
  // `llama3.1:8b` is a model with a tag, not a provider.
  const isProvider = Object.hasOwn(providers, prefix);
  const [packageName, className] = providers[isProvider ? prefix : 'openai']!;
  try {
    // Only a desk with a model server pays for loading the client.
    const classes = (await import(packageName)) as Readonly<Record<string, ChatModelClass>>;
    const model = new classes[className]!({
      model: isProvider ? name : options.model,
      temperature: 0,
      maxTokens: options.maxTokens,
      // Retries would hide a late first token from the time-out, and the extractive answer is the better second try.
      maxRetries: 0,
      timeout: options.firstTokenTimeoutMs * 10,
      streamUsage: false,
      apiKey: options.apiKey ?? 'none',
      configuration: options.baseUrl === undefined ? {} : { baseURL: options.baseUrl },
    });
    return { name: options.model, model };
  } catch (cause) {
    throw new AppError(
      'model-invalid',
      `The chat model ${options.model} cannot be set up (${briefly(cause)}): check ANSWERDESK_CHAT_MODEL, and that the package of its provider is installed.`,
      { cause },
    );
  }
}

type ChatModelClass = new (settings: object) => ChatModel;

/** Package and class of each. The first comes with the desk, the others are there if somebody installed them beside it. */
const providers: Readonly<Record<string, readonly [packageName: string, className: string]>> = {
  openai: ['@langchain/openai', 'ChatOpenAI'],
  azure_openai: ['@langchain/openai', 'AzureChatOpenAI'],
  anthropic: ['@langchain/anthropic', 'ChatAnthropic'],
  'google-genai': ['@langchain/google-genai', 'ChatGoogleGenerativeAI'],
  ollama: ['@langchain/ollama', 'ChatOllama'],
  mistralai: ['@langchain/mistralai', 'ChatMistralAI'],
  groq: ['@langchain/groq', 'ChatGroq'],
  bedrock: ['@langchain/aws', 'ChatBedrockConverse'],
};
