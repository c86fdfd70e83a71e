import { fork } from 'node:child_process';
import { io } from 'socket.io-client';
const child = fork(new URL('./zz-load.mts', import.meta.url).pathname);
const url: string = await new Promise((r) => child.once('message', (m: any) => r(m.url)));
const n = 100;
const chats = await Promise.all(Array.from({ length: n }, async () => { const s = io(url, { transports: ['websocket'], forceNew: true }); await new Promise<void>((r) => s.on('connect', () => r())); const { conversationId, token } = await s.emitWithAck('conversation-create', {}); return { s, conversationId, token }; }));
child.send('reset');
for (const round of [0,1,2]) {
const first: number[] = [], gaps: number[] = [], acks: number[] = [];
await Promise.all(chats.map(({ s, conversationId, token }, i) => new Promise<void>(async (resolve) => {
  let last = 0, sent = 0; 
  s.removeAllListeners('entry');
  s.on('entry', ({ event }: any) => { const t = performance.now(); if (event.type === 'answer-delta') { if (!last) first.push(t - sent - 33); else gaps.push(t - last); last = t; } if (event.type === 'answer-end') resolve(); });
  await new Promise((r) => setTimeout(r, Math.random() * 300));
  sent = performance.now();
  const a = await s.emitWithAck('message-send', { conversationId, token, messageId: `message-${round}-${i}`, text: 'How do I reset it?' });
  acks.push(performance.now() - sent); if (!a.ok) console.log(a);
})));
const q = (a: number[], p: number) => a.sort((x, y) => x - y)[Math.floor(a.length * p)]!.toFixed(1);
console.log(`round ${round}: first token overhead p50 ${q(first,.5)} p99 ${q(first,.99)}; ack p50 ${q(acks,.5)} p99 ${q(acks,.99)}; gap (33) p50 ${q(gaps,.5)} p99 ${q(gaps,.99)} max ${q(gaps,.9999)}`);
}
child.send('end'); for (const { s } of chats) s.disconnect();
