// What a stranger sends as a picture becomes one that is safe to show: judged by its content, decoded as a whole, written anew. What a camera
// adds (place, device, thumbnails) and what hides behind the last pixel stay behind.
import { AppError } from '#core/errors.ts';
import { type CleanPicture, type CleanPictureOf, longestPicture } from '#core/pictures.ts';

/** Width times height: what a phone's camera makes. A bomb says more in its head, and is not decoded. */
const mostPixels = 40_000_000;
export interface PictureSize {
  /** Pixels of the longer side, at most. */
  readonly side: number;
  /** What stands over a square is cut off on both sides. */
  readonly isSquare?: boolean;
}

/** Of customers: what they show has to be read. */
const readable: PictureSize = { side: 2048 };
/** Of people of the team: sharp at 64 CSS pixels on a fine screen, and about 10 kB. */
export const faceSize: PictureSize = { side: 192, isSquare: true };
const quality = 82;
/** At most this much time for one picture, whatever its bytes make the decoder do. Seconds. */
const mostSeconds = 10;

export type PictureKind = 'png' | 'jpeg' | 'webp' | 'gif';

/** By the first bytes. Undefined for everything else, SVG among it. */
export function pictureKind(bytes: Uint8Array): PictureKind | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 12)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (/^GIF8[79]a/.test(head)) return 'gif';
  return /^RIFF[\s\S]{4}WEBP/.test(head) ? 'webp' : undefined;
}

const refusal = (publicMessage: string, cause?: unknown) =>
  new AppError('bad-input', publicMessage, { publicMessage, ...(cause === undefined ? {} : { cause }) });

/** Decodes one picture at a time: a few at once could fill the memory. */
export function createPictureCleaner(size = readable): CleanPictureOf {
  let queue: Promise<unknown> = Promise.resolve();
  return (bytes, { signal } = {}) => {
    const cleaned = queue.then(() => {
      signal?.throwIfAborted();
      return clean(bytes, size);
    });
    queue = cleaned.catch(() => {});
    return cleaned;
  };
}

async function clean(bytes: Uint8Array, { side, isSquare = false }: PictureSize): Promise<CleanPicture> {
  if (bytes.byteLength > longestPicture)
    throw refusal(`A picture may have ${longestPicture / 1024 / 1024} MB at most.`);
  const kind = pictureKind(bytes);
  if (!kind) throw refusal('Send a picture as PNG, JPEG, WebP or GIF.');
  const sharp = await loadSharp();
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error', pages: 1 })
      // As the camera was held: the note that says so is left behind.
      .autoOrient()
      .resize({
        width: side,
        height: side,
        fit: isSquare ? 'cover' : 'inside',
        withoutEnlargement: !isSquare,
      })
      .webp({ quality })
      .timeout({ seconds: mostSeconds })
      .toBuffer({ resolveWithObject: true });
    return { bytes: data, width: info.width, height: info.height };
  } catch (thrown) {
    throw refusal('This picture is broken or too large.', thrown);
  }
}

/** With the first picture: a desk without pictures never loads it. Of all that the library could open, only the four kinds are left. */
async function loadSharp() {
  const { default: sharp } = await import('sharp');
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadNsgifBuffer',
    ],
  });
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}
