// Brings a chat model in a GGUF file into the data folder: checked, copied by its hash, and measured before it can be used.
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HumanMessage, SystemMessage } from '@langchain/core/messages';
import type { CallOptions } from '#core/call-options.ts';
import { finishOf } from '#core/chat-model.ts';
import { hashFile } from '#core/durable-file.ts';
import { AppError, briefly } from '#core/errors.ts';
import { openGgufChatModel } from './gguf-chat-model.ts';
import { type GgufFacts, readGguf } from './gguf-file.ts';
import type { LlamaModule } from './llama-module.ts';
import { importOnDemand, nodeLlamaCpp } from './on-demand-package.ts';

export interface AddChatModelOptions extends CallOptions {
  readonly dataDir: string;
  readonly packages: string;
  readonly threads: number;
  /** Told what goes on, for models take minutes. */
  readonly say?: (text: string) => void;
}

export interface AddedChatModel extends GgufFacts, ChatModelSpeed {
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

/** `source`: a file, or an address that begins with https://. Throws `bad-input` or `model-invalid`; nothing is left of what is refused. */
export async function addChatModel(source: string, options: AddChatModelOptions): Promise<AddedChatModel> {
  const { dataDir, packages, say = () => {}, signal } = options;
  const module = (await importOnDemand(nodeLlamaCpp, packages)) as LlamaModule;
  const folder = join(dataDir, 'chat-models');
  await mkdir(folder, { recursive: true });
  const partial = join(folder, `.adding-${process.pid}`);
  try {
    const name = await bring(source, partial, { say, signal });
    const facts = await readGguf(partial, module);
    const { sha256 } = await hashFile(partial);
    say('Trying the model …');
    const speed = await measure(partial, options);
    const path = join(folder, `${name}@${sha256.slice(0, 8)}.gguf`);
    const isNew = (await stat(path).catch(() => undefined)) === undefined;
    if (isNew) await rename(partial, path);
    return { ...facts, ...speed, path, setting: `gguf:${path}`, sha256, isNew };
  } finally {
    await rm(partial, { force: true });
  }
}

/** Resolves to the name of the model. */
async function bring(
  source: string,
  to: string,
  { say, signal }: CallOptions & { readonly say: (text: string) => void },
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
    if (!source.startsWith('https://'))
      throw new AppError('bad-input', `${source}: only https:// is downloaded.`);
    const response = await fetch(source, signal ? { signal } : {});
    if (!response.ok || !response.body)
      throw new AppError(
        'bad-input',
        `${source} answers ${response.status}: check the address in a browser.`,
      );
    const bytes = Number(response.headers.get('content-length') ?? 0);
    say(`Downloading ${bytes > 0 ? `${Math.round(bytes / 1e6)} MB` : name} …`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(to), signal ? { signal } : {});
    return name;
  } catch (cause) {
    if (cause instanceof AppError || signal?.aborted) throw cause;
    throw new AppError('bad-input', `${source} cannot be read (${briefly(cause)}).`, { cause });
  }
}

/** As long as a prompt of the desk with two passages. */
const probe = 'Hold the dial for 20 seconds until the ring turns white, then let go. '.repeat(30);

async function measure(
  path: string,
  { packages, threads, signal }: AddChatModelOptions,
): Promise<ChatModelSpeed> {
  const before = process.memoryUsage().rss;
  const options = { name: 'probe', path, packages, threads, maxTokens: 64, contextTokens: 2_048, atOnce: 1 };
  await using opened = await openGgufChatModel(options);
  const prompt = [
    new SystemMessage('You answer in plain sentences.'),
    new HumanMessage(`${probe}\n\nHow is it reset? Explain each step.`),
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
