// What the desk uses of node-llama-cpp. The package is installed on demand, so its own types are not there.
export interface ContextSequence {
  readonly contextSize: number;
}

export type LlamaHistoryItem =
  | { readonly type: 'system' | 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: readonly string[] };

interface Llama {
  loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

interface LlamaModel {
  tokenize(text: string, specialTokens: boolean): readonly number[];
  createContext(options: {
    readonly sequences: number;
    readonly contextSize: number;
    readonly batchSize: number;
    readonly threads: number;
  }): Promise<{ getSequence(): ContextSequence }>;
}

export interface LlamaModule {
  getLlama(options: {
    readonly build: 'never';
    readonly logLevel: unknown;
    readonly maxThreads: number;
  }): Promise<Llama>;
  readonly LlamaLogLevel: { readonly disabled: unknown };
  readonly LlamaChat: new (options: {
    readonly contextSequence: ContextSequence;
  }) => {
    generateResponse(
      history: readonly LlamaHistoryItem[],
      options: {
        readonly maxTokens: number;
        readonly temperature: number;
        readonly signal: AbortSignal;
        readonly onTextChunk: (text: string) => void;
      },
    ): Promise<{ readonly metadata: { readonly stopReason: string } }>;
  };
  readGgufFileInfo(
    path: string,
    options: { readonly readTensorInfo: boolean; readonly logWarnings: boolean },
  ): Promise<GgufFileInfo>;
}

export interface GgufFileInfo {
  readonly version: number;
  readonly metadata: {
    readonly general?: {
      readonly architecture?: string;
      readonly name?: string;
      readonly license?: string;
    };
    readonly tokenizer?: { readonly chat_template?: string };
  };
  readonly architectureMetadata?: { readonly context_length?: number };
  readonly fullTensorInfo?: readonly GgufTensor[];
}

export interface GgufTensor {
  readonly dimensions: readonly (number | bigint)[];
  readonly ggmlType: number;
  readonly fileOffset: number | bigint;
}
