// A model server that streams on a fixed schedule: what first-token overhead is measured against. OpenAI's chat completions over SSE,
// nothing else. It stands in for a real model, whose own time would drown what is measured. A process of its own:
//   node model-server.ts FIRST_TOKEN_MS BETWEEN_TOKENS_MS TOKENS
// The first piece is a whole sentence of the first passage, because the desk shows nothing that it has not checked against the passages.
// GET /timings says of each request since it was last asked when it had come and when its first piece was written (the clock of chat-client.ts).
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { splitSentences } from '#core/sentences.ts';
import { monotonicMs } from './chat-client.ts';

export interface ModelTiming {
  /** The last message, which holds the question. */
  readonly asked: string;
  readonly firstPiece: string;
  readonly receivedAt: number;
  readonly writtenAt: number;
}

const [firstTokenMs = 0, betweenTokensMs = 0, tokens = 0] = process.argv.slice(2).map(Number);
let timings: ModelTiming[] = [];

const server = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  if (request.url === '/timings') {
    response.end(JSON.stringify(timings));
    timings = [];
    return;
  }
  const receivedAt = monotonicMs();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  await sleep(firstTokenMs);
  const asked = JSON.parse(body).messages.at(-1).content as string;
  const firstPiece = `${sentenceIn(asked)} [1]\n\n`;
  for (let token = 0; token < tokens && !response.destroyed; token++) {
    if (token === 0) timings.push({ asked, firstPiece, receivedAt, writtenAt: monotonicMs() });
    send(response, { delta: { content: token === 0 ? firstPiece : `word${token} ` }, finish_reason: null });
    await sleep(betweenTokensMs);
  }
  send(response, { delta: {}, finish_reason: 'stop' });
  response.end('data: [DONE]\n\n');
});
// The other side is measured meanwhile: a connection that is closed just as it is used again would end the bench.
server.keepAliveTimeout = 600_000;
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

function sentenceIn(prompt: string): string {
  const passage = /<passage number="1">\n([\s\S]*?)\n<\/passage>/.exec(prompt)?.[1] ?? '';
  const sentences = splitSentences(passage).map(({ start, end }) => passage.slice(start, end).trim());
  return sentences.find((sentence) => /^\p{Lu}[^\n]* [^\n]* [^\n]*[.!?]$/u.test(sentence)) ?? 'Word';
}
