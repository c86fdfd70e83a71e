// The inside of the thread that documents are read in; reader-thread.ts speaks to it.
import { parentPort } from 'node:worker_threads';
import { damaged } from './damaged.ts';
import { UnreadableFileError } from './file-part.ts';
import { readDocument } from './read-document.ts';
import type { ReadReply, ReadRequest } from './reader-thread.ts';

// A library may throw where nobody waits. The file that is being read then fails by its time limit or by its own error.
process.on('unhandledRejection', () => {});
process.on('uncaughtException', () => {});

parentPort!.on('message', async ({ format, bytes }: ReadRequest) => {
  const reply = (message: ReadReply) => parentPort!.postMessage(message);
  try {
    reply({
      parts: await readDocument(format, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    });
  } catch (error) {
    // The message of a library may hold text of the file.
    reply({ problem: error instanceof UnreadableFileError ? error.message : damaged[format] });
  }
});
