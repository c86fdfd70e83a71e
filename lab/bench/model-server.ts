// A model server that streams on a fixed schedule: what first-token overhead is measured against. OpenAI's chat completions over SSE,
// nothing else. It stands in for a real model, whose own time would drown what is measured. A process of its own:
//   node model-server.ts FIRST_TOKEN_MS BETWEEN_TOKENS_MS TOKENS
// The first token of an answer says when the request had come and when this token was written (see chat-client.ts for the clock).
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from './chat-client.ts';

const [firstTokenMs = 0, betweenTokensMs = 0, tokens = 0] = process.argv.slice(2).map(Number);

const server = createServer(async (request, response) => {
  for await (const _ of request);
  const receivedAt = monotonicMs();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  await sleep(firstTokenMs);
  for (let token = 0; token < tokens && !response.destroyed; token++) {
    const content = token === 0 ? `${receivedAt} ${monotonicMs()} ` : `word${token} `;
    send(response, { delta: { content }, finish_reason: null });
    await sleep(betweenTokensMs);
  }
  send(response, { delta: {}, finish_reason: 'stop' });
  response.end('data: [DONE]\n\n');
});
server.listen(0, '127.0.0.1', () => {
  process.stderr.write(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});

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
