// How often each term is in each row, packed: the number of the term in seven bits a byte, then its frequency. Terms are numbered as they come
// up, so common ones have small numbers: some three bytes a pair on real texts, where two numbers of 32 bits take eight.

export interface TermCounts {
  /** The frequency of each term of the next row. */
  addRow(frequencies: ReadonlyMap<number, number>): void;
  /** Row by row, those of the terms `from` to `to - 1`. */
  each(terms: TermRange, visit: (row: number, term: number, frequency: number) => void): void;
}

export interface TermRange {
  readonly from: number;
  readonly to: number;
}

const blockBytes = 1 << 20;
/** Of a pair: five for the term, one that says so and four for a frequency that is no small whole number. */
const longestPair = 10;
/** In place of a frequency: it follows as 32 bits. Zero ends a row. */
const inFull = 255;
const endOfRow = 0;

export function createTermCounts(): TermCounts {
  const blocks: { readonly bytes: Uint8Array; used: number }[] = [];
  let block = { bytes: new Uint8Array(0), used: 0 };
  const number = new Float32Array(1);
  const numberBytes = new Uint8Array(number.buffer);

  function roomFor(bytes: number): void {
    if (block.used + bytes <= block.bytes.length) return;
    block = { bytes: new Uint8Array(blockBytes), used: 0 };
    blocks.push(block);
  }

  return {
    addRow(frequencies) {
      for (const [term, frequency] of frequencies) {
        roomFor(longestPair);
        const { bytes } = block;
        const isSmall = Number.isInteger(frequency) && frequency > 0 && frequency < inFull;
        bytes[block.used++] = isSmall ? frequency : inFull;
        if (!isSmall) {
          number[0] = frequency;
          bytes.set(numberBytes, block.used);
          block.used += numberBytes.length;
        }
        let rest = term;
        for (; rest > 127; rest >>>= 7) bytes[block.used++] = (rest & 127) | 128;
        bytes[block.used++] = rest;
      }
      roomFor(1);
      block.bytes[block.used++] = endOfRow;
    },
    each({ from, to }, visit) {
      let row = 0;
      for (const { bytes, used } of blocks) {
        for (let at = 0; at < used; ) {
          let frequency = bytes[at++]!;
          if (frequency === endOfRow) {
            row++;
            continue;
          }
          if (frequency === inFull) {
            for (let index = 0; index < numberBytes.length; index++) numberBytes[index] = bytes[at++]!;
            frequency = number[0]!;
          }
          let byte = bytes[at++]!;
          let term = byte & 127;
          for (let shift = 7; byte > 127; shift += 7) {
            byte = bytes[at++]!;
            term |= (byte & 127) << shift;
          }
          if (term >= from && term < to) visit(row, term, frequency);
        }
      }
    },
  };
}
