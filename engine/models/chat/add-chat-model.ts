// Brings a chat model in a GGUF file or an ONNX folder into the data folder: checked, copied by its hash, measured and written down before
// it can be used.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import { type ChatMessage, finishOf, type WritingModel } from '#core/chat-model.ts';
import { hashFile } from '#core/durable-file.ts';
import { AppError, briefly } from '#core/errors.ts';
import {
  type ChatModelRecord,
  chatModelFolder,
  chatModelId,
  registerChatModel,
  type TrainingRecord,
} from '../store/chat-registry.ts';
import { removeLeftovers } from '../store/remove-leftovers.ts';
import { type InProcessOptions, openGgufChatModel } from './gguf-chat-model.ts';
import { type GgufFacts, readGguf } from './gguf-file.ts';
import type { LlamaModule } from './llama-module.ts';
import { importOnDemand, nodeLlamaCpp } from './on-demand-package.ts';
import { openOnnxChatModel } from './onnx-chat-model.ts';
import { copyOnnxFolder } from './onnx-folder.ts';

export interface AddChatModelOptions extends CallOptions {
  readonly dataDir: string;
  readonly packages: string;
  readonly threads: number;
  /** What whoever trained it knows of it. */
  readonly trained?: TrainingRecord | undefined;
  /** Hexadecimal: what the file has to be. */
  readonly sha256?: string | undefined;
  /** Brings what lies at an address into a file. Absent: files alone are added. */
  readonly download?: Download;
  /** Told what goes on, for models take minutes. */
  readonly say?: (text: string) => void;
}

/** What is there of an earlier try is gone on with where the server allows it. Rejects with `bad-input` that says why it did not work. */
export type Download = (
  address: string,
  to: string,
  options: CallOptions & { readonly say: (text: string) => void },
) => Promise<void>;

export interface AddedChatModel extends Omit<GgufFacts, 'parameters'>, ChatModelSpeed {
  readonly id: string;
  readonly path: string;
  /** What to set `ANSWERDESK_CHAT_MODEL` to. */
  readonly setting: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly isNew: boolean;
}

export interface ChatModelSpeed {
  /** Of a prompt as the desk writes it. */
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
  /** What the process grew by. */
  readonly memoryBytes: number;
}

/** `source`: a file, a folder, or an address that begins with https://. Throws `bad-input` or `model-invalid`; nothing is left of what is refused. */
export async function addChatModel(source: string, options: AddChatModelOptions): Promise<AddedChatModel> {
  const { dataDir, say = () => {} } = options;
  const folder = chatModelFolder(dataDir);
  await mkdir(folder, { recursive: true });
  await removeLeftovers(folder, { prefix: '.adding-', olderThanMs: staleAfterMs });
  // Named after where it comes from: a download that broke off is found again.
  const partial = join(folder, `.adding-${createHash('sha256').update(source).digest('hex').slice(0, 16)}`);
  const isFolder = (await stat(source).catch(() => undefined))?.isDirectory() === true;
  const module = isFolder
    ? undefined
    : ((await importOnDemand(nodeLlamaCpp, options.packages)) as LlamaModule);
  // What came of a download that broke off stays for the next try.
  const name = isFolder ? basename(resolve(source)) : await bring(source, partial, options);
  try {
    const { sha256, kind, ...facts } = module
      ? await checkFile(partial, { source, module, options })
      : await bringFolder(source, partial, options);
    say('Trying the model …');
    const speed = await measure(partial, isFolder ? openOnnxChatModel : openGgufChatModel, options);
    const id = chatModelId(name, sha256);
    const path = resolve(folder, isFolder ? id : `${id}.gguf`);
    const isNew = (await stat(path).catch(() => undefined)) === undefined;
    if (isNew) await rename(partial, path);
    const setting = `${kind}:${path}`;
    if (isNew || options.trained)
      await registerChatModel(dataDir, recordOf({ id, setting, speed }, options.trained));
    return { ...facts, ...speed, id, path, setting, sha256, isNew };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function checkFile(
  partial: string,
  from: { readonly source: string; readonly module: LlamaModule; readonly options: AddChatModelOptions },
) {
  const { sha256 } = await hashFile(partial);
  expectHash(from.source, sha256, from.options);
  return { kind: 'gguf', sha256, ...(await readGguf(partial, from.module)) };
}

async function bringFolder(source: string, partial: string, options: AddChatModelOptions) {
  const folder = await copyOnnxFolder(source, partial);
  expectHash(source, folder.sha256, options);
  return { kind: 'onnx', ...folder };
}

function expectHash(source: string, sha256: string, expected: Pick<AddChatModelOptions, 'sha256'>): void {
  if (expected.sha256 === undefined || expected.sha256.toLowerCase() === sha256) return;
  throw new AppError(
    'bad-input',
    `${source} is not what you expect: its SHA-256 is ${sha256}. Nothing was added.`,
  );
}

function recordOf(
  { id, setting, speed }: { readonly id: string; readonly setting: string; readonly speed: ChatModelSpeed },
  trained: TrainingRecord | undefined,
): ChatModelRecord {
  const { firstTokenMs, tokensPerSecond } = speed;
  return {
    schemaVersion: 1,
    id,
    setting,
    addedAt: new Date().toISOString(),
    parameters: {},
    ...trained,
    metrics: { ...trained?.metrics, firstTokenMs, tokensPerSecond },
  };
}

/** Resolves to the name of the model. */
async function bring(
  source: string,
  to: string,
  { download, say = () => {}, signal }: AddChatModelOptions,
): Promise<string> {
  const isAddress = /^https?:\/\//.test(source);
  const path = isAddress ? new URL(source).pathname : resolve(source);
  const file = basename(path).replace(/\.gguf$/i, '');
  // "model.gguf" says nothing; its folder does.
  const name =
    (/^model$/i.test(file) ? basename(dirname(path)) : file).replace(/[^\w.-]+/g, '-').slice(0, 100) ||
    'model';
  try {
    if (!isAddress) {
      await copyFile(source, to);
      return name;
    }
    if (!download) throw new AppError('bad-input', `${source}: bring the file itself.`);
    await download(source, to, { say, signal });
    return name;
  } catch (cause) {
    if (cause instanceof AppError || signal?.aborted) throw cause;
    throw new AppError('bad-input', `${source} cannot be read (${briefly(cause)}).`, { cause });
  }
}

/** Downloads that nobody went on with. */
const staleAfterMs = 7 * 86_400_000;
/** As long as a prompt of the desk with two passages. */
const probe = 'Hold the dial for 20 seconds until the ring turns white, then let go. '.repeat(30);

async function measure(
  path: string,
  open: (options: InProcessOptions) => Promise<WritingModel>,
  { packages, threads, signal }: AddChatModelOptions,
): Promise<ChatModelSpeed> {
  const before = process.memoryUsage().rss;
  const options = { name: 'probe', path, packages, threads, maxTokens: 64, contextTokens: 2_048, atOnce: 1 };
  await using opened = await open(options);
  const prompt: ChatMessage[] = [
    { role: 'system', content: 'You answer in plain sentences.' },
    { role: 'user', content: `${probe}\n\nHow is it reset? Explain each step.` },
  ];
  const began = performance.now();
  let first: number | undefined;
  let text = '';
  let ended = false;
  for await (const chunk of await opened.model.stream(prompt, signal ? { signal } : {})) {
    if (chunk.text) first ??= performance.now();
    text += chunk.text;
    ended ||= finishOf(chunk) !== undefined;
  }
  if (first === undefined || !ended || !/\p{L}{2}/u.test(text))
    throw new AppError(
      'model-invalid',
      `${path}: the model wrote no words when it was tried. It cannot be used.`,
    );
  const seconds = Math.max(0.001, (performance.now() - first) / 1_000);
  return {
    firstTokenMs: Math.round(first - began),
    tokensPerSecond: Math.round((opened.countTokens(text) / seconds) * 10) / 10,
    memoryBytes: Math.max(0, process.memoryUsage().rss - before),
  };
}
