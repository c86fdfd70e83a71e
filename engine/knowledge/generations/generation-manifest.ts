// What a generation says of itself, and the check that its bytes are the ones that were written.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import { legalBases } from '#core/source-terms.ts';

export const generationSchemaVersion = 1;

const fileSchema = z.strictObject({ bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const manifestSchema = z.strictObject({
  schemaVersion: z.literal(generationSchemaVersion),
  createdAt: z.iso.datetime(),
  modelId: z.string().min(1),
  dimensions: z.int().min(1),
  metric: z.literal('cosine'),
  documents: z.int().min(1),
  chunks: z.int().min(1),
  sources: z.array(
    z.strictObject({
      name: z.string(),
      documents: z.int().min(0),
      chunks: z.int().min(0),
      terms: z
        .strictObject({
          purpose: z.string().optional(),
          legalBasis: z.enum(legalBases).optional(),
          licence: z.string().optional(),
          training: z.boolean().optional(),
        })
        .optional(),
    }),
  ),
  files: z.record(z.string(), fileSchema),
});

export type GenerationManifest = z.infer<typeof manifestSchema>;

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** JSON that ends in the hash of everything before it, so that a flipped bit in the manifest itself is seen too. */
export function serializeManifest(manifest: GenerationManifest): string {
  const body = JSON.stringify(manifest, null, 2);
  return `${JSON.stringify({ ...manifest, sha256: sha256(body) }, null, 2)}\n`;
}

/** Of a generation's folder, without the rest of it. Throws `knowledge-base-damaged`. */
export async function openManifest(folder: string): Promise<GenerationManifest> {
  const path = join(folder, 'manifest.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw damaged(path, 'it cannot be read', cause);
  });
  return parseManifest(text, path);
}

/** Throws `knowledge-base-damaged` unless `text` is byte for byte what `serializeManifest` writes. */
export function parseManifest(text: string, where: string): GenerationManifest {
  try {
    const { sha256: _written, ...body } = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    const manifest = manifestSchema.parse(body);
    if (serializeManifest(manifest) === text) return manifest;
  } catch (cause) {
    throw damaged(where, 'it cannot be parsed, or a newer version of Answerdesk wrote it', cause);
  }
  throw damaged(where, 'its checksum does not match');
}

function damaged(where: string, why: string, cause?: unknown): AppError {
  return new AppError('knowledge-base-damaged', `The manifest ${where} is damaged: ${why}.`, { cause });
}
