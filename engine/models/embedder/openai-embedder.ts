// Embeddings from any OpenAI-compatible endpoint. Through the `openai` client and not LangChain's OpenAIEmbeddings: that class has
// no way to pass an abort signal, starts all batches at once and ignores the `index` of the vectors it gets back.
import { APIConnectionTimeoutError, APIError, OpenAI } from 'openai';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { normalize } from '#core/vector-matrix.ts';

export interface OpenaiEmbedderOptions {
  readonly model: string;
  /** Of the API, e.g. `http://localhost:8000/v1`; default OpenAI's. */
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  /** For one request of one batch. */
  readonly timeoutMs?: number;
  /** Tries after the first, for failures that may pass (429, 5xx, no connection). */
  readonly retries?: number;
  /** Texts in one request. */
  readonly batchSize?: number;
  /** UTF-16 code units of a text that are sent; servers refuse what is longer than the model's context. */
  readonly maxTextLength?: number;
}

/**
 * Asks the endpoint once, to learn the number of dimensions. Rejects with `model-unavailable` or `model-timeout` if it cannot be
 * reached, `model-invalid` if it refuses key or model or answers with something else than vectors.
 */
export async function openOpenaiEmbedder({
  model,
  baseUrl,
  apiKey = 'none',
  timeoutMs = 30_000,
  retries = 3,
  batchSize = 64,
  maxTextLength = 8_000,
}: OpenaiEmbedderOptions): Promise<Embedder> {
  const client = new OpenAI({
    apiKey,
    ...(baseUrl !== undefined && { baseURL: baseUrl }),
    timeout: timeoutMs,
    maxRetries: retries,
  });
  const dimensions = (await embedBatch(['dimensions'])).at(0)!.length;

  async function embedBatch(texts: readonly string[], { signal }: CallOptions = {}): Promise<Float32Array[]> {
    // The API refuses empty strings.
    const input = texts.map((text) => text.trim().slice(0, maxTextLength) || ' ');
    try {
      // Asked for explicitly: the client would ask for base64, which not every compatible server knows.
      const { data } = await client.embeddings.create({ model, input, encoding_format: 'float' }, { signal });
      const vectors = data
        .sort((a, b) => a.index - b.index)
        .map(({ embedding }) => normalize(Float32Array.from(embedding)));
      if (vectors.length === texts.length) return vectors;
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof AppError ? error : toModelError(error);
    }
    throw new AppError(
      'model-invalid',
      `The embedding endpoint did not return one vector for each text (model ${model}).`,
    );
  }

  function toModelError(cause: unknown): AppError {
    const where = `The embedding endpoint ${baseUrl ?? 'of OpenAI'} (model ${model})`;
    if (cause instanceof APIConnectionTimeoutError) {
      return new AppError('model-timeout', `${where} did not answer within ${timeoutMs} ms.`, { cause });
    }
    const status = cause instanceof APIError ? (cause.status as number | undefined) : undefined;
    if (status !== undefined && status < 500 && status !== 408 && status !== 429) {
      const message = `${where} refused the request with status ${status}: check ANSWERDESK_EMBEDDER, its base URL and the key.`;
      return new AppError('model-invalid', message, { cause });
    }
    if (status !== undefined || cause instanceof APIError) {
      const detail = status === undefined ? 'cannot be reached' : `answered with status ${status}`;
      return new AppError('model-unavailable', `${where} ${detail}.`, { cause });
    }
    return new AppError('model-invalid', `${where} did not answer with vectors.`, { cause });
  }

  async function embedDocuments(
    texts: readonly string[],
    options: CallOptions = {},
  ): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += batchSize) {
      options.signal?.throwIfAborted();
      for (const vector of await embedBatch(texts.slice(start, start + batchSize), options)) {
        if (vector.length !== dimensions) {
          throw new AppError(
            'model-invalid',
            `Model ${model} gave ${vector.length} dimensions after ${dimensions} before.`,
          );
        }
        vectors.push(vector);
      }
    }
    return vectors;
  }

  return {
    modelId: `openai:${model}`,
    dimensions,
    embedDocuments,
    embedQuery: async (text, options) => (await embedDocuments([text], options))[0]!,
    close: async () => {},
  };
}
