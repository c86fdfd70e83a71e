// A model server made of one text, for tests of the whole desk: OpenAI's chat completions, streamed a few characters at a time.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ScriptedModel extends AsyncDisposable {
  /** As for an OpenAI client. */
  readonly baseUrl: string;
  text: string;
  /** Between two pieces of the text. */
  delayMs: number;
  /** Characters after which it writes nothing more, until this is raised. */
  holdAt: number;
  /** Connections are dropped. */
  down: boolean;
}

const charactersPerPiece = 7;

export async function openScriptedModel(): Promise<ScriptedModel> {
  const server = createServer(async (request, response) => {
    if (model.down) return void request.socket.destroy();
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // By characters, so that no piece ends inside one.
    const characters = [...model.text];
    for (let at = 0; at < characters.length && !response.destroyed; at += charactersPerPiece) {
      const content = characters.slice(at, at + charactersPerPiece).join('');
      response.write(line({ delta: { content }, finish_reason: null }));
      await sleep(model.delayMs);
      while (at >= model.holdAt && !response.destroyed) await sleep(5);
    }
    response.end(`${line({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const model: ScriptedModel = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    text: '',
    delayMs: 0,
    holdAt: Number.POSITIVE_INFINITY,
    down: false,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return model;
}

function line(choice: object): string {
  const chunk = { id: 'scripted', object: 'chat.completion.chunk', created: 0, model: 'scripted' };
  return `data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, ...choice }] })}\n\n`;
}
