import { openScriptedServer } from './testing/scripted-server.ts';
import { launchChromium } from './testing/chromium.ts';
const out='/work/scratch/web/shots'; 
import { mkdirSync } from 'node:fs'; mkdirSync(out,{recursive:true});
await using server = await openScriptedServer(new URL('./dist', import.meta.url).pathname);
const answer = {
  text: 'Two red flashes, again and again, mean that the thermostat has found **an error**. The code is on the screen [1].\n\n- **E1**: thermostat and receiver have lost their link\n- **E3**: no answer from the boiler (OpenTherm or eBUS)\n- **E4**: the supply is under 10.5 V\n\nFor **E1**, hold the dial for 10 seconds until the ring turns white, then let it start again [2].',
  citations: [
    { number: 1, documentId: 'thermostat-2-lights', chunkId: 'a', title: 'What the light ring on Thermostat 2 means', url: 'https://help.pellworth.example/thermostat/thermostat-2-lights', quote: 'Two red flashes, again and again: Error. Read the code on the screen.' },
    { number: 2, documentId: 'thermostat-2-reset', chunkId: 'b', title: 'Restart or reset a Thermostat 2', url: 'https://help.pellworth.example/thermostat/thermostat-2-reset', quote: 'To restart, hold the dial for 10 seconds until the ring turns white. Nothing is lost.' },
  ], step: 9, delayMs: 4,
};
server.answer = (q) => /pizza/.test(q) ? { text: 'I could not find anything about this in our help articles, so I would rather not guess.', decision: 'decline' }
 : /which/.test(q) ? { text: 'Do you mean **Thermostat 1** or **Thermostat 2**? They are reset in different ways.', decision: 'clarify' }
 : /person/.test(q) ? { text: 'Of course. A person from our team can take over.', decision: 'handoff', handoff: 'customer-request' }
 : /fail/.test(q) ? { text: '', error: { code: 'model-unavailable', retryable: true } }
 : /slow/.test(q) ? { ...answer, delayMs: 60, firstDelayMs: 900 } : answer;
const browser = await launchChromium();
const only = process.argv[2];
async function page(opts: any, path='/') { const c = await browser.newContext(opts); const p = await c.newPage(); p.on('console', m=>{ if(m.type()==='error'||m.type()==='warning') console.log('console', m.text());}); p.on('pageerror', e=>console.log('pageerror', e.message)); await p.goto(server.origin+path); return p; }
const desk = { viewport: { width: 1280, height: 800 } }, phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const ask = async (p:any,t:string,wait=true) => { await p.waitForSelector('.send:not([hidden])'); await p.fill('textarea', t); await p.keyboard.press('Enter'); if(wait) { await p.waitForTimeout(150); await p.waitForSelector('.send:not([hidden])'); await p.waitForTimeout(300);} };
for (const [name, o] of [['desk',desk],['desk-dark',{...desk,colorScheme:'dark'}],['phone',phone],['phone-dark',{...phone,colorScheme:'dark'}]] as const) {
  if (only && !name.startsWith(only)) continue;
  const p = await page(o); const shot=(n:string)=>p.screenshot({path:`${out}/${name}-${n}.png`});
  await shot('closed'); await p.click('.launcher'); await p.waitForTimeout(300); await shot('greeting');
  await ask(p,'slow: what do two red flashes mean?', false); await p.waitForTimeout(500); await shot('typing'); await p.waitForTimeout(1700); await shot('streaming');
  await p.click('.go:not(.send)'); await p.waitForTimeout(200); 
  await ask(p,'What do two red flashes mean?'); await p.waitForTimeout(900);  await p.locator('.message').last().locator('.cite').first().click(); await p.waitForTimeout(200); await shot('answer');
  await p.locator('.message').last().locator('.up').click(); await ask(p,'do you sell pizza?'); await shot('decline'); await ask(p,'which one'); await shot('clarify'); await ask(p,'fail'); await shot('error');
  await ask(p,'a person please',false); await p.waitForSelector('input'); await p.waitForTimeout(300); await p.fill('input','bad'); await p.click('.main'); await shot('handoff'); await p.fill('input','maria@example.com'); await p.click('.main'); await p.waitForTimeout(300); await shot('handoff-done');
  server.down = true; await ask(p,'are you there?',false); await p.waitForTimeout(2500); await shot('offline'); server.down=false; await p.waitForTimeout(3500); await shot('recovered');
  await p.context().close();
}
for (const [name, html] of [['rtl','<html dir=rtl lang=ar>'],['german','<html lang=de>']] as const) {
  server.pages.set('/'+name, { html: `<!doctype html>${html}<meta charset=utf-8><meta name=viewport content="width=device-width"><title>x</title><body><p>page</p><script src="/widget.js" ${name==='german'?'data-language=de data-color=#ffd34d data-theme=dark':''}></script>`});
  const p = await page({ viewport: { width: 800, height: 760 } }, '/'+name); await p.click('.launcher'); await ask(p,'هل يمكنني إرجاع المنتج؟ what'); await p.waitForTimeout(700); await p.locator('.cite').first().click(); await p.screenshot({path:`${out}/${name}.png`}); await p.click('header .icon >> nth=1'); await p.screenshot({path:`${out}/${name}-form.png`});
}
await browser.close();
