// Tells somebody who looks elsewhere that a customer began to wait: a beep, a notification of the system, the title of the tab.
import { useEffect, useRef } from 'react';
import { fill, t } from '../text/strings.ts';
import { preferences } from './preferences.ts';
import type { InboxCounts } from './types.ts';

const beepHz = 660;
const beepSeconds = 0.25;
/** Of 1. */
const volume = 0.15;

let audio: AudioContext | undefined;

/** Browsers allow sound once the page was clicked: call it from a click first. */
export function beep(): void {
  audio ??= new AudioContext();
  void audio.resume();
  const tone = audio.createOscillator();
  const gain = audio.createGain();
  tone.frequency.value = beepHz;
  gain.gain.setValueAtTime(volume, audio.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + beepSeconds);
  tone.connect(gain).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + beepSeconds);
}

/** From a click alone. False if the person or the browser says no. */
export async function allowNotifications(): Promise<boolean> {
  if (!('Notification' in window)) return false;
  return (await Notification.requestPermission()) === 'granted';
}

function notify(about: string, text: string): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    // One at a time of each kind, and no word of the customer on a screen that others may see.
    const notification = new Notification(text, { tag: `answerdesk-${about}` });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
  } catch {
    // Some phones show notifications of installed apps alone.
  }
}

function alertOf(about: string, text: string): void {
  const { sound, notify: isNotified } = preferences();
  if (sound) beep();
  if (isNotified && !document.hasFocus()) notify(about, text);
}

export function alertPromise(): void {
  if (preferences().alertPromise) alertOf('promise', t.promiseNear);
}

/** One alert when several views have something new: the one that the person named first. */
export function useAlerts(counts: InboxCounts | undefined): void {
  const before = useRef<InboxCounts | undefined>(undefined);
  useEffect(() => {
    const last = before.current;
    before.current = counts;
    if (!counts || !last) return;
    const view = preferences().alertViews.find((name) => counts[name] > last[name]);
    if (view) alertOf(view, fill(t.newIn, t[view]));
  }, [counts]);
}

/** Keeps the page able to tell, however long nobody looks at it. */
export function useWakefulness(): void {
  useEffect(() => {
    const released = new AbortController();
    // A browser lets nothing of a page run that is out of sight for long, unless it holds a lock. There are none over plain HTTP.
    const name = `answerdesk-console-${Math.random()}`;
    void navigator.locks
      ?.request(
        name,
        () => new Promise<void>((resolve) => released.signal.addEventListener('abort', () => resolve())),
      )
      .catch(() => {});
    // Sound is allowed from the first press on: also after a reload.
    const unlock = () => {
      if (!preferences().sound) return;
      audio ??= new AudioContext();
      void audio.resume();
    };
    addEventListener('pointerdown', unlock, { signal: released.signal });
    addEventListener('keydown', unlock, { signal: released.signal });
    return () => released.abort();
  }, []);
}

/** `page` and how many wait. */
export function useTitle(page: string, waiting = 0): void {
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${page} · Answerdesk`;
  }, [page, waiting]);
}
