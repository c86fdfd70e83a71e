// Reads a `text/event-stream` body (WHATWG HTML, section 9.2) as values. The network may cut it anywhere: in the middle of
// a line, of CR LF, or of a UTF-8 character. `fetch` instead of EventSource, since only fetch can send the token.

export interface StreamOptions {
  readonly signal: AbortSignal;
  /** Called for every piece that arrives, heartbeats too. */
  readonly onActivity?: () => void;
}

/** The JSON of each event's data. Ends when the body ends; throws when the connection breaks. */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
  { signal, onActivity }: StreamOptions,
): AsyncGenerator<unknown> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', stop);
  let buffer = '';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      onActivity?.();
      buffer += decoder.decode(value, { stream: true });
      // A CR at the very end may be half of a CR LF.
      const lines = buffer.split(/\r\n|\n|\r(?!$)/);
      buffer = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield JSON.parse(data.join('\n'));
          data = [];
        } else if (line.startsWith('data:')) {
          data.push(line.slice(line[5] === ' ' ? 6 : 5));
        }
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
