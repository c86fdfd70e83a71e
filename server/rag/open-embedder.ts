// Picks the embedder that the configuration names.
import type { Embedder } from '#core/embedder.ts';
import { openOnnxEmbedder } from './onnx-embedder.ts';

export interface EmbedderSettings {
  /** A folder with model.onnx, or `openai:MODEL`. */
  readonly model: string;
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  /** 0 = one thread per core. */
  readonly threads: number;
}

/** Throws `model-invalid` if the model cannot be used, `model-unavailable` if the endpoint cannot be reached. */
export async function openEmbedder({ model, baseUrl, apiKey, threads }: EmbedderSettings): Promise<Embedder> {
  const openaiModel = /^openai:(.+)$/.exec(model)?.[1];
  if (openaiModel === undefined) return openOnnxEmbedder(model, { threads });
  const { openOpenaiEmbedder } = await import('./openai-embedder.ts');
  return openOpenaiEmbedder({ model: openaiModel, baseUrl, apiKey });
}
