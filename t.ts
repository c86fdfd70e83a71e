import { openEntityModel } from '#models/personal-data/entity-model.ts';
const m = await openEntityModel('data/models/personal-data');
const t = process.argv.slice(2);
const r = await m.find(t);
t.forEach((x,i)=>console.log(x,'\n   ',r[i]!.map(e=>`${e.kind}:${x.slice(e.start,e.end)}`).join(' | ')));
