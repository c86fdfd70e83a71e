// What the file CURRENT says: one line with the generation in use and a checksum, so that damage is never read as something else.
import { sha256 } from './generation-manifest.ts';

/** Before the first generation: nothing is in use, and that is meant. */
const noGeneration = 'none';
const idPattern = /^gen-\d{6,}$/;
/** Version 0.1 wrote the id alone. It is taken as it was written, to the byte. */
const unsignedPattern = /^(gen-\d{6,})\n$/;

interface GenerationPointer {
  /** Undefined: no generation was put in use yet. */
  readonly id: string | undefined;
}

export function serializePointer({ id = noGeneration }: GenerationPointer): string {
  return `${id} sha256:${sha256(id)}\n`;
}

/** Undefined unless `text` is byte for byte what `serializePointer`, or version 0.1, writes. */
export function parsePointer(text: string): GenerationPointer | undefined {
  const unsigned = unsignedPattern.exec(text)?.[1];
  if (unsigned !== undefined) return { id: unsigned };
  const name = text.slice(0, text.indexOf(' '));
  const pointer = { id: name === noGeneration ? undefined : name };
  if (name !== noGeneration && !idPattern.test(name)) return undefined;
  return serializePointer(pointer) === text ? pointer : undefined;
}
