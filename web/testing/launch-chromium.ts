// Finds and starts the Chromium of this machine.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { patienceMs } from '#core/testing/patience.ts';

const places = [
  ...['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome'].flatMap((folder) =>
    ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'].map(
      (name) => `${folder}/${name}`,
    ),
  ),
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

export const chromiumPath = places.find((path) => existsSync(path));

export function launchChromium(): Promise<Browser> {
  if (!chromiumPath) throw new Error('no Chromium found; install one (Debian: apt-get install chromium)');
  return chromium.launch({
    executablePath: chromiumPath,
    timeout: patienceMs,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
