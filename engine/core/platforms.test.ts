import { describe, expect, it } from 'vitest';
import { isOfOtherPlatform, platformsIn, platformsOf, platformsOpenIn } from './platforms.ts';

describe('platformsIn', () => {
  it.each([
    ['How do I take a picture on my MacBook?', ['macos']],
    ['adgaurd on my iphone', ['ios']],
    ['docs/adguard-for-windows/installation.md', ['windows']],
    ['docs/mobile/ios.md', ['ios']],
    ['Windows 10 or an iPad', ['windows', 'ios']],
    ['on my Windows laptop', ['windows']],
    ['the command for Ubuntu', ['linux']],
    ['Outlook 2016 on my PC', ['windows']],
    ['an Android TV', ['android']],
    // Of no system.
    ['The heating stops while windows are open', []],
    ['Where is the MAC address of the hub?', []],
    ['Wo steht die MAC-Adresse?', []],
    ['dónde veo la dirección MAC', []],
    ['où est l’adresse MAC', []],
    ['onde vejo o endereço MAC', []],
    ['MAC地址在哪里', []],
    ['我的Mac打不开', ['macos']],
    ['the machine makes chaos', []],
    ['macros and macaroni', []],
    ['my phone, my tablet and my computer', []],
  ])('%s', (text, platforms) => {
    expect([...platformsIn(text)]).toEqual(platforms);
  });
});

it.each([
  ['calendar on my phone', ['ios', 'android']],
  ['on the tablet or the laptop', ['ios', 'android', 'windows', 'macos', 'linux']],
  ['how do I uninstall it', ['windows', 'macos', 'ios', 'android', 'linux']],
])('leaves open: %s', (text, platforms) => {
  expect([...platformsOpenIn(text)]).toEqual(platforms);
});

it('takes the innermost name, and what names none for any', () => {
  expect([...platformsOf(['Steps', 'On a Mac', 'Install on Windows and Mac'])]).toEqual(['macos']);
  expect(platformsOf(['Steps', 'Install'])).toEqual(new Set());
  const windows = platformsIn('Windows');
  expect(isOfOtherPlatform(windows, platformsIn('Mac'))).toBe(true);
  expect(isOfOtherPlatform(windows, platformsIn('Mac and Windows'))).toBe(false);
  expect(isOfOtherPlatform(new Set(), windows)).toBe(false);
  expect(isOfOtherPlatform(windows, new Set())).toBe(false);
});
