// Customers' pictures as files: a folder beside the database, in it a folder for each conversation that has any.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PictureStore } from '#core/pictures.ts';
import type { ConversationKey } from '#core/tenant.ts';

export interface PictureFolder extends PictureStore {
  /** Overwrites and removes all pictures of the conversations. */
  erasePictures(keys: readonly ConversationKey[]): Promise<void>;
  /** Conversations that have pictures. */
  conversationsWithPictures(): Promise<ConversationKey[]>;
}

const ending = '.webp';

/** Ids come from the program itself and are letters, digits, `-` and `_`; anything else is no name of a file. */
const isName = (id: string) => /^[\w-]{1,64}$/.test(id);

export function createPictureFolder(folder: string): PictureFolder {
  const folderOf = ({ tenantId, conversationId }: ConversationKey) => {
    if (!isName(tenantId) || !isName(conversationId)) throw new Error('This is no key of a conversation.');
    return join(folder, tenantId, conversationId);
  };

  return {
    async savePicture(key, id, bytes) {
      if (!isName(id)) throw new Error('This is no id of a picture.');
      const parent = folderOf(key);
      await mkdir(parent, { recursive: true, mode: 0o700 });
      const draft = join(parent, `${randomBytes(6).toString('hex')}.part`);
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, join(parent, id + ending));
      const directory = await open(parent);
      try {
        await directory.sync();
      } finally {
        await directory.close();
      }
    },

    async picture(key, id) {
      if (!isName(id) || !isName(key.conversationId)) return undefined;
      try {
        return await readFile(join(folderOf(key), id + ending));
      } catch (thrown) {
        if (isMissing(thrown)) return undefined;
        throw thrown;
      }
    },

    async removePicture(key, id) {
      const path = join(folderOf(key), id + ending);
      await overwrite(path);
      await rm(path, { force: true });
    },

    pictureCount: async (key) =>
      (await namesIn(folderOf(key))).filter((name) => name.endsWith(ending)).length,

    async erasePictures(keys) {
      for (const key of keys) {
        const parent = folderOf(key);
        for (const name of await namesIn(parent)) await overwrite(join(parent, name));
        await rm(parent, { recursive: true, force: true });
      }
    },

    async conversationsWithPictures() {
      const keys: ConversationKey[] = [];
      for (const tenantId of (await namesIn(folder)).filter(isName))
        for (const conversationId of (await namesIn(join(folder, tenantId))).filter(isName))
          keys.push({ tenantId: tenantId as ConversationKey['tenantId'], conversationId });
      return keys;
    },
  };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (isMissing(thrown)) return [];
    throw thrown;
  }
}

/** Zeroes where the picture was, so that whoever finds the freed blocks finds nothing. */
async function overwrite(path: string): Promise<void> {
  try {
    const { size } = await stat(path);
    const file = await open(path, 'r+');
    try {
      await file.write(Buffer.alloc(size), 0, size, 0);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}
