// Picks the embedder that the configuration names.
import type { Embedder } from '#core/embedder.ts';
import type { ExecutionProvider } from '../onnx/onnx-session.ts';
import { openOnnxEmbedder } from './onnx-embedder.ts';

export interface EmbedderSettings {
  /** A folder with model.onnx, or `openai:MODEL`. */
  readonly model: string;
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  /** 0 = one thread per core. */
  readonly threads: number;
  /** For ONNX models; default `cpu`. */
  readonly executionProvider?: ExecutionProvider | undefined;
}

export interface OpenEmbedderOptions {
  /** The model that the folder has to hold: another one throws `model-invalid`. */
  readonly expectedId?: string;
  /** Told when the model does not run as it is configured, in a sentence for the operator; default: standard error. */
  readonly onNotice?: (notice: string) => void;
}

/** Throws `model-invalid` if the model cannot be used, `model-unavailable` if the endpoint cannot be reached. */
export async function openEmbedder(
  { model, baseUrl, apiKey, threads, executionProvider = 'cpu' }: EmbedderSettings,
  { expectedId, onNotice = (notice) => void process.stderr.write(`${notice}\n`) }: OpenEmbedderOptions = {},
): Promise<Embedder> {
  const openaiModel = /^openai:(.+)$/.exec(model)?.[1];
  if (openaiModel === undefined)
    return openOnnxEmbedder(model, {
      threads,
      executionProvider,
      onNotice,
      ...(expectedId === undefined ? {} : { expectedId }),
    });
  const { openOpenaiEmbedder } = await import('./openai-embedder.ts');
  return openOpenaiEmbedder({ model: openaiModel, baseUrl, apiKey });
}
