// The port behind which customers' pictures are kept, beside the conversations that they belong to, and erased with them.
import type { CallOptions } from './call-options.ts';
import type { ConversationKey } from './tenant.ts';

/** Bytes as sent. */
export const longestPicture = 8 * 1024 * 1024;

export interface PictureStore {
  /** Durable once it resolves. The same id again replaces it. */
  savePicture(key: ConversationKey, id: string, bytes: Uint8Array): Promise<void>;
  /** WebP. */
  picture(key: ConversationKey, id: string): Promise<Uint8Array | undefined>;
  /** Of what nothing refers to. */
  removePicture(key: ConversationKey, id: string): Promise<void>;
  pictureCount(key: ConversationKey): Promise<number>;
}

/** WebP, safe to show. */
export interface CleanPicture {
  readonly bytes: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Throws `bad-input` for what is no picture, is broken, or is too large. */
export type CleanPictureOf = (bytes: Uint8Array, options?: CallOptions) => Promise<CleanPicture>;
