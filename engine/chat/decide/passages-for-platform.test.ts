import { expect, it } from 'vitest';
import type { Chunk } from '#core/document.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { passagesForPlatform } from './passages-for-platform.ts';

const left = (question: string, chunk: Partial<Chunk>, standalone = question) =>
  passagesForPlatform({ question, standalone }, [scored(makeChunk({ title: 'Screenshots', ...chunk }))])
    .length === 1;

it('leaves out what is written for another platform than is asked about', () => {
  const inFolder = { documentId: 'docs/app-for-windows/screenshots.md' };
  expect(left('How do I take a screenshot on my Mac?', inFolder)).toBe(false);
  expect(left('How do I take a screenshot on my Windows laptop?', inFolder)).toBe(true);
  expect(left('How do I take a screenshot?', inFolder)).toBe(true);
  expect(left('on my iPad', { headingPath: ['Android', 'Gestures'] })).toBe(false);
  expect(left('on my iPad', { url: 'https://help.test/android/screenshots' })).toBe(false);
});

it('keeps what names the platform, or none', () => {
  expect(left('on my Mac', { title: 'On Windows', text: 'On a Mac press Command.' })).toBe(true);
  expect(left('on my Mac', { title: 'On Windows', headingPath: ['On a Mac'] })).toBe(true);
  expect(left('on my Mac', {})).toBe(true);
});

it('takes the name of a host for no system', () => {
  const url = 'https://iphone-repair.example/returns';
  expect(left('my Mac is broken', { documentId: url, url })).toBe(true);
  expect(left('my Mac is broken', { url: 'https://help.example/for-iphone/returns' })).toBe(false);
});

it('takes windows of a house for no system', () => {
  const sensors = { title: 'Sensors for Windows and Doors', text: 'Stick it where windows open.' };
  expect(left('set up a sensor with my iPhone', sensors)).toBe(true);
  expect(
    left('set it up with my iPhone', { ...sensors, text: 'A window of Windows opens on Windows 11.' }),
  ).toBe(false);
});

it('knows of a follow-up what was said before, unless it names another platform', () => {
  const chunk = { title: 'Screenshots on Android' };
  expect(left('where does it end up', chunk, 'Screenshot on my iPhone, where does it end up')).toBe(false);
  expect(left('and on Android?', chunk, 'Screenshot on my iPhone and on Android?')).toBe(true);
});
