// What Node 24 has and Node 22 lacks. tsconfig.json knows only the library of Node 22, so nothing else creeps in.
import { AsyncDisposableStack, DisposableStack } from '@whatwg-node/disposablestack';

globalThis.AsyncDisposableStack ??= AsyncDisposableStack;
globalThis.DisposableStack ??= DisposableStack;

// What we need of SQLite works there, too: a warning at every start would tell the operator nothing.
const [print] = process.listeners('warning');
process.removeAllListeners('warning').on('warning', (warning) => {
  if (!warning.message.startsWith('SQLite is an experimental feature')) print?.(warning);
});
