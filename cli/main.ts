#!/usr/bin/env node
// The program `answerdesk`. Nothing is imported before the version of Node is known to be enough: an older one would end in a
// stack trace of some library.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Answerdesk needs Node 22.18 or newer; this is Node ${process.versions.node}. Install a current Node from https://nodejs.org, then start again.\n`,
  );
  process.exitCode = 2;
} else {
  // A third less time until a command begins, from its second run on.
  const { enableCompileCache } = await import('node:module');
  const { directory } = enableCompileCache();
  // Threads and processes that this one starts look here for it.
  if (directory !== undefined) {
    const { dirname } = await import('node:path');
    process.env.NODE_COMPILE_CACHE = dirname(directory);
  }
  if (major === 22) await import('./fill-in-node-22.ts');
  const { answerdesk } = await import('./answerdesk.ts');
  await answerdesk(process.argv.slice(2));
}
