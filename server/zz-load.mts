import { monitorEventLoopDelay } from 'node:perf_hooks';
import { mkdtempSync, rmSync } from 'node:fs';
import { openSqliteConversationStore } from '#chat/sqlite-conversation-store.ts';
import { startServer } from './testing/start-server.ts';
const dir = mkdtempSync('/work/scratch/server/load-');
const store = openSqliteConversationStore(`${dir}/c.db`);
const at = new Map<string, number>();
const deltas = Array.from({ length: 150 }, (_, i) => `token${i} `);
const server = await startServer({ store, env: {ANSWERDESK_LOG_LEVEL:'silent'}, script: () => ({ deltas, delayMs: 33 }) });
const h = monitorEventLoopDelay({ resolution: 1 }); 
process.send?.({ url: server.url });
process.on('message', async (m: string) => {
  if (m === 'reset') h.reset(), h.enable();
  if (m === 'end') { console.log('server loop delay ms p50', h.percentile(50)/1e6, 'p99', h.percentile(99)/1e6, 'max', h.max/1e6, 'rss MB', Math.round(process.memoryUsage().rss/1e6), 'cpu s', process.cpuUsage().user/1e6); await server.close(0); await store.close(); rmSync(dir,{recursive:true}); process.exit(0); }
});
