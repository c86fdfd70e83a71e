// What the refusals of the desk are measured against: a bare Node server that gives a conversation to whoever asks for one, and refuses every
// message at once. A process of its own.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((request, response) => {
  const isBegun = request.url === '/api/conversations';
  response.writeHead(isBegun ? 201 : 503, { 'content-type': 'application/json', 'retry-after': '1' });
  response.end(JSON.stringify(isBegun ? { id: 'bench', token: 'bench' } : { error: { code: 'busy' } }));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  process.stderr.write(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
