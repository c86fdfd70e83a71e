import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '#core/testing/effort.ts';
import { readEventStream } from './event-stream.ts';

async function readAll(
  bytes: Uint8Array,
  cuts: readonly number[],
  signal = new AbortController().signal,
): Promise<unknown[]> {
  const ends = [...new Set([...cuts, bytes.length])].sort((a, b) => a - b);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let from = 0;
      for (const end of ends) {
        if (end > from) controller.enqueue(bytes.slice(from, end));
        from = Math.max(from, end);
      }
      controller.close();
    },
  });
  const values: unknown[] = [];
  for await (const value of readEventStream(body, { signal })) values.push(value);
  return values;
}

const values = [{ text: 'Grüße, 日本語 👩‍👩‍👧 \u2028 line' }, { text: 'a\nb' }, 3, 'x'];
const encode = (newline: string) =>
  new TextEncoder().encode(
    values
      .map(
        (value, index) =>
          `: ping${newline}id: ${index}${newline}data: ${JSON.stringify(value)}${newline}${newline}`,
      )
      .join(''),
  );

describe('readEventStream', () => {
  it.each(['\n', '\r\n', '\r'])(
    'reads the same values wherever the network cuts (line end %j)',
    async (newline) => {
      const bytes = encode(newline);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: bytes.length })), async (cuts) => {
          // A last bare CR could be half of CR LF: that event is complete with the next byte.
          const read = await readAll(newline === '\r' ? new Uint8Array([...bytes, 58, 13]) : bytes, cuts);
          expect(read).toEqual(values);
        }),
        { numRuns: 100 * effort },
      );
    },
  );

  it('gives no value for an event that was cut off', async () => {
    const bytes = new TextEncoder().encode('data: 1\n\ndata: {"half":');
    expect(await readAll(bytes, [])).toEqual([1]);
  });

  it('joins the data lines of one event', async () => {
    expect(await readAll(new TextEncoder().encode('data: {"a":\ndata: 1}\n\n'), [])).toEqual([{ a: 1 }]);
  });

  it('stops when it is aborted', async () => {
    await expect(readAll(encode('\n'), [], AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
