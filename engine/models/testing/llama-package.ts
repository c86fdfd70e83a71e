// A stand-in for node-llama-cpp, installed where the desk looks for packages: it "writes" one word a token, as slowly as it is told.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface LlamaPackage {
  /** Milliseconds a token takes. */
  readonly tokenMs?: number;
  /** What it writes, again and again. */
  readonly word?: string;
  readonly chatTemplate?: string;
  /** Numbers in the weights. */
  readonly parameters?: number;
}

export interface LlamaWork {
  /** Answers that are being written right now. */
  decoding: number;
  tokens: number;
  /** Models. */
  loaded: number;
}

/** `packages`: the folder of `npm install --prefix`. Resolves to what it does while it does it. */
export async function writeLlamaPackage(
  packages: string,
  { tokenMs = 0, word = 'word ', chatTemplate = '{{ messages }}', parameters = 1 }: LlamaPackage = {},
): Promise<LlamaWork> {
  const folder = join(packages, 'node_modules/node-llama-cpp');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"module","exports":"./index.js"}');
  const file = join(folder, 'index.js');
  await writeFile(
    file,
    `export const work = { decoding: 0, tokens: 0, loaded: 0 };
     export const LlamaLogLevel = { disabled: 'disabled' };
     export const readGgufFileInfo = async () => ({
       version: 3,
       metadata: { tokenizer: { chat_template: ${JSON.stringify(chatTemplate)} } },
       architectureMetadata: { context_length: 2048 },
       fullTensorInfo: [{ dimensions: [${parameters}], ggmlType: 99, fileOffset: 0 }],
     });
     const model = {
       tokenize: (text) => text.split(' '),
       createContext: async () => ({ getSequence: () => ({ contextSize: 1024 }) }),
     };
     export const getLlama = async () => ({
       async loadModel() {
         work.loaded += 1;
         return model;
       },
       dispose: async () => {},
     });
     export class LlamaChat {
       async generateResponse(_history, { maxTokens, signal, onTextChunk }) {
         work.decoding += 1;
         try {
           for (let token = 0; token < maxTokens; token++) {
             await new Promise((resolve) => setTimeout(resolve, ${tokenMs}));
             if (signal.aborted) throw signal.reason;
             work.tokens += 1;
             onTextChunk(${JSON.stringify(word)});
           }
           return { metadata: { stopReason: 'maxTokens' } };
         } finally {
           work.decoding -= 1;
         }
       }
     }`,
  );
  const { work } = (await import(pathToFileURL(file).href)) as { work: LlamaWork };
  return work;
}
