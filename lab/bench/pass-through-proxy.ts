// The least that can stand between a customer and a model server: a Node process that hands on what it gets, both ways. What it adds
// is what any server would. A process of its own: node pass-through-proxy.ts MODEL_SERVER_URL
import { Agent, createServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

const target = process.argv[2]!;
const agent = new Agent({ keepAlive: true });

const server = createServer((incoming, outgoing) => {
  const { method, headers, url } = incoming;
  const onward = sendRequest(`${target}${url}`, { method, headers, agent }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.once('error', () => outgoing.destroy());
  incoming.pipe(onward);
});
// The other side is measured meanwhile: a connection that is closed just as it is used again would end the bench.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  process.stderr.write(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
