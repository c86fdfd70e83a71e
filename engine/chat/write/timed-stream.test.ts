import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { patienceMs } from '#core/testing/patience.ts';
import { timedStream } from './timed-stream.ts';

const patient = { firstTokenTimeoutMs: patienceMs, tokenTimeoutMs: patienceMs };
const hasty = { firstTokenTimeoutMs: 60, tokenTimeoutMs: 60 };

async function collect(stream: AsyncIterable<string>): Promise<string[]> {
  const items: string[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** A model server in a function: waits, then sends; records whether its signal was aborted. */
function upstream(delaysMs: readonly number[]) {
  const state: { signal?: AbortSignal } = {};
  const open = async (signal: AbortSignal) => {
    state.signal = signal;
    return (async function* () {
      for (const [index, delayMs] of delaysMs.entries()) {
        await sleep(delayMs);
        yield `token ${index}`;
      }
    })();
  };
  return { state, open };
}

describe('timed stream', () => {
  it('passes on what arrives in time, and frees the upstream at the end', async () => {
    const { state, open } = upstream([1, 1, 1]);
    expect(await collect(timedStream(open, patient))).toEqual(['token 0', 'token 1', 'token 2']);
    expect(state.signal?.aborted).toBe(true);
  });

  it.each([
    ['the first token', [5000]],
    ['a later token', [1, 5000]],
  ])('rejects with model-timeout and aborts the upstream when %s is late', async (_which, delays) => {
    const { state, open } = upstream(delays);
    await expect(collect(timedStream(open, hasty))).rejects.toMatchObject({ code: 'model-timeout' });
    expect(state.signal?.aborted).toBe(true);
  });

  it('rejects with model-timeout when the connection itself never opens', async () => {
    await expect(collect(timedStream(() => new Promise(() => {}), hasty))).rejects.toMatchObject({
      code: 'model-timeout',
    });
  });

  it('turns a failure of the upstream into model-unavailable', async () => {
    const open = () => Promise.reject(new Error('connect ECONNREFUSED'));
    await expect(collect(timedStream(open, patient))).rejects.toMatchObject({ code: 'model-unavailable' });
  });

  it("ends at once with the caller's reason when the caller aborts, and the upstream hears of it", async () => {
    const { state, open } = upstream([1, 5000]);
    const controller = new AbortController();
    const stream = timedStream(open, patient, { signal: controller.signal });
    await stream.next();
    const reason = new DOMException('stop', 'AbortError');
    setTimeout(() => controller.abort(reason), 5);
    await expect(stream.next()).rejects.toBe(reason);
    expect(state.signal?.aborted).toBe(true);
  });

  it("ends with the caller's reason when the caller aborts while the stream is being opened", async () => {
    const controller = new AbortController();
    const open = () => {
      controller.abort(new Error('gone'));
      return new Promise<AsyncIterable<string>>(() => {});
    };
    const options = { signal: controller.signal };
    await expect(collect(timedStream(open, patient, options))).rejects.toThrow('gone');
  });

  it('aborts the upstream when the reader leaves early', async () => {
    const { state, open } = upstream([1, 1, 1, 1]);
    for await (const _item of timedStream(open, patient)) break;
    expect(state.signal?.aborted).toBe(true);
  });
});
