// The reader of each format that is no text.
import type { DocumentFormat, FilePart } from './file-part.ts';

type ReadDocument = (bytes: Buffer) => Promise<readonly FilePart[]>;

/** A library is loaded once a file needs it. */
const readers: Readonly<Record<DocumentFormat, () => Promise<ReadDocument>>> = {
  pdf: async () => (await import('./pdf.ts')).readPdf,
  docx: async () => (await import('./docx.ts')).readDocx,
  xlsx: async () => (await import('./xlsx.ts')).readXlsx,
  ods: async () => (await import('./ods.ts')).readOds,
  pptx: async () => (await import('./pptx.ts')).readPptx,
  epub: async () => (await import('./epub.ts')).readEpub,
  eml: async () => (await import('./eml.ts')).readEml,
};

/** Rejects with `UnreadableFileError`, and with what a library throws for a file that it did not expect. */
export async function readDocument(format: DocumentFormat, bytes: Buffer): Promise<readonly FilePart[]> {
  return (await readers[format]())(bytes);
}
