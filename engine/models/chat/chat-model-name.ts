// How a chat model is named in the configuration: where it is, and which one.
export interface ChatModelName {
  readonly kind: string;
  readonly name: string;
}

/** Undefined for a name that says nothing of where the model is. */
export function readChatModelName(model: string): ChatModelName | undefined {
  const [, kind = '', name = ''] = /^([a-z][a-z0-9_-]*):(.+)$/s.exec(model) ?? [];
  // `llama3.1:8b` is a model with a tag, not a provider.
  return kind === 'gguf' || kind === 'onnx' || Object.hasOwn(providers, kind) ? { kind, name } : undefined;
}

/** Not on a server: it computes on this machine, beside everything else. */
export function isInProcess(model: string): boolean {
  const kind = readChatModelName(model)?.kind;
  return kind === 'gguf' || kind === 'onnx';
}

/** What to write in place of it. */
export function chatModelNameProblem(model: string): string {
  return `write where the model is, too: openai:${model} for one of an OpenAI-compatible server, gguf:FILE, onnx:FOLDER, or extractive`;
}

/** Package and class of each. The first comes with the desk, the others are there if somebody installed them beside it. */
export const providers: Readonly<Record<string, readonly [packageName: string, className: string]>> = {
  openai: ['@langchain/openai', 'ChatOpenAI'],
  azure_openai: ['@langchain/openai', 'AzureChatOpenAI'],
  anthropic: ['@langchain/anthropic', 'ChatAnthropic'],
  'google-genai': ['@langchain/google-genai', 'ChatGoogleGenerativeAI'],
  ollama: ['@langchain/ollama', 'ChatOllama'],
  mistralai: ['@langchain/mistralai', 'ChatMistralAI'],
  groq: ['@langchain/groq', 'ChatGroq'],
  bedrock: ['@langchain/aws', 'ChatBedrockConverse'],
};
