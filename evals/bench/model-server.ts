// A model server that streams on a fixed schedule: what first-token overhead is measured against. OpenAI's chat completions
// over SSE, nothing else. It stands in for a real model server, whose own time would drown what is measured.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Schedule {
  readonly firstTokenMs: number;
  readonly betweenTokensMs: number;
  readonly tokens: number;
}

export interface ScheduledModelServer extends AsyncDisposable {
  readonly baseUrl: string;
  /** `performance.now()`-comparable wall clock (ms since epoch) at which the first token of each answer was written, by question marker. */
  readonly firstTokenAt: Map<string, number>;
}

/** The question carries a marker such as `#17#`, by which the bench finds the answer's times again. */
export async function openModelServer(schedule: Schedule): Promise<ScheduledModelServer> {
  const firstTokenAt = new Map<string, number>();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const marker = /#(\d+)#(?![\s\S]*#\d+#)/.exec(body)?.[1];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    await sleep(schedule.firstTokenMs);
    for (let token = 0; token < schedule.tokens && !response.destroyed; token++) {
      if (token === 0 && marker) firstTokenAt.set(marker, Date.now() + (performance.now() % 1));
      send(response, { delta: { content: `word${token} ` }, finish_reason: null });
      await sleep(schedule.betweenTokensMs);
    }
    send(response, { delta: {}, finish_reason: 'stop' });
    response.end('data: [DONE]\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    firstTokenAt,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, choice: object): void {
  const chunk = {
    id: 'bench',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'scheduled',
    choices: [{ index: 0, ...choice }],
  };
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}
