// `answerdesk models add-chat`: a chat model in a GGUF file, from a disk or from an address.
import { readFile } from 'node:fs/promises';
import type { Config } from '#app/config.ts';
import { downloadFile } from '#connectors/web/download-file.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { type AddedChatModel, addChatModel } from '#models/chat/add-chat-model.ts';
import { type TrainingRecord, trainingRecordSchema } from '#models/store/chat-registry.ts';
import { logRegistered } from './log-registered.ts';

export interface AddChatRequest extends CallOptions {
  readonly sha256: string | undefined;
  /** File of a `TrainingRecord`. */
  readonly record: string | undefined;
  readonly maxBytes: number;
  readonly allowPrivate: boolean;
  readonly say: (text: string) => void;
}

export async function addChatCommand(
  config: Config,
  source: string,
  { sha256, record, maxBytes, allowPrivate, say, signal }: AddChatRequest,
): Promise<AddedChatModel> {
  const {
    dataDir,
    chat: { packages, threads },
  } = config;
  const added = await addChatModel(source, {
    dataDir,
    packages,
    threads,
    sha256,
    trained: record === undefined ? undefined : await readRecord(record),
    download: (address, to, options) => downloadFile(address, to, { ...options, maxBytes, allowPrivate }),
    say,
    signal,
  });
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  say(
    [
      `${added.title ?? 'The model'} ${added.isNew ? 'was added' : 'was there already'}: ${added.id}, ${added.architecture}, ${megabytes(added.bytes)}, licence ${added.licence ?? 'not stated in the file'}.`,
      `Context ${added.contextLength} tokens; first token after ${added.firstTokenMs} ms, then ${added.tokensPerSecond} tokens a second; ${megabytes(added.memoryBytes)} of memory.`,
      `Compare it, and use it: answerdesk models use ${added.id} --chat`,
      `Or use it without a comparison: ANSWERDESK_CHAT_MODEL=${added.setting}`,
    ].join('\n'),
  );
  if (added.isNew || record !== undefined) await logRegistered(config, added.id, { signal });
  return added;
}

async function readRecord(path: string): Promise<TrainingRecord> {
  try {
    return trainingRecordSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `${path} is no record of a training: training.chat.export writes one beside the model.`,
      { cause },
    );
  }
}
