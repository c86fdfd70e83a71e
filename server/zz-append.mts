import { mkdtempSync, rmSync } from 'node:fs';
import { openSqliteConversationStore } from '#chat/sqlite-conversation-store.ts';
const dir = mkdtempSync('/work/scratch/server/load-');
const store = openSqliteConversationStore(`${dir}/c.db`);
const ids = await Promise.all(Array.from({length:100},async()=>(await store.create()).conversation.id));
const t:number[]=[];
for(let i=0;i<30000;i++){const a=performance.now();store.append(ids[i%100]!,{type:'answer-delta',messageId:'aaaaaaaaaaaaaaaaaaaaaa',text:`token${i} `});t.push(performance.now()-a)}
const cpu=process.cpuUsage();
t.sort((a,b)=>a-b);console.log('append us p50',t[15000]!*1e3,'p99',t[29700]!*1e3,'p99.9',t[29970]!*1e3,'top10 ms',t.slice(-12).map(x=>x.toFixed(1)).join(' '), 'sum s', t.reduce((a,b)=>a+b)/1e3, 'cpu', cpu);
await store.close();rmSync(dir,{recursive:true});
