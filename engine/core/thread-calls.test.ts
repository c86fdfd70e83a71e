import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import { AppError } from './errors.ts';
import { createThreadCalls } from './thread-calls.ts';

type Answer = (asked: string, options: { readonly signal: AbortSignal }) => Promise<string>;

let channel: MessageChannel;
afterEach(() => channel.port1.close());

function between(answer: Answer, back: Answer = async (asked) => asked) {
  channel = new MessageChannel();
  const here = createThreadCalls<string, string, string, string>(channel.port1, back);
  const there = createThreadCalls<string, string, string, string>(channel.port2, answer);
  return { here, there };
}

it('each call gets its own answer, in whatever order they come', async () => {
  const { here } = between(async (asked) => {
    if (asked === 'slow') await new Promise(setImmediate);
    return asked.toUpperCase();
  });
  expect(await Promise.all(['slow', 'b', 'c'].map((asked) => here.call(asked)))).toEqual(['SLOW', 'B', 'C']);
});

it('the other side may ask back before it answers', async () => {
  const { here, there } = between(
    async (asked) => `${await there.call('how?')} ${asked}`,
    async () => 'like this:',
  );
  expect(await here.call('x')).toBe('like this: x');
});

it('an error keeps its code and message', async () => {
  const { here } = between(async () => {
    throw new AppError('busy', 'Later.');
  });
  await expect(here.call('x')).rejects.toMatchObject({ code: 'busy', message: 'Later.' });
});

it('what is aborted here is aborted there, and rejects at once', async () => {
  const started = Promise.withResolvers<AbortSignal>();
  const { here } = between((_asked, { signal }) => {
    started.resolve(signal);
    return new Promise(() => {});
  });
  const controller = new AbortController();
  const call = here.call('x', { signal: controller.signal });
  const signal = await started.promise;
  const aborted = once(signal, 'abort');
  controller.abort();
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  await aborted;
});

it('when the other side is gone, all that waits is rejected', async () => {
  const { here } = between(() => new Promise(() => {}));
  const calls = [here.call('a'), here.call('b')];
  here.rejectAll(new AppError('internal', 'Gone.'));
  for (const call of calls) await expect(call).rejects.toMatchObject({ message: 'Gone.' });
});
