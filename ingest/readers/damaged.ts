// What is said of a document that its library cannot read.
import type { DocumentFormat } from './file-part.ts';

export const damaged: Readonly<Record<DocumentFormat, string>> = {
  pdf: 'damaged, or no PDF: export it again',
  docx: 'damaged, or no Word document: open it in Word and save it again',
  xlsx: 'damaged, or no Excel workbook: open it in Excel and save it again',
  ods: 'damaged, or no spreadsheet: open it in LibreOffice and save it again',
  pptx: 'damaged, or no presentation: open it in PowerPoint and save it again',
  epub: 'damaged, or no book: export it as EPUB again',
  eml: 'damaged, or no mail: export it as .eml again',
};
