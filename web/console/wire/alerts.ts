// Tells somebody who looks elsewhere that a customer began to wait: a beep, a notification of the system, the title of the tab.
import { useEffect, useRef } from 'react';
import { t } from '../text/strings.ts';
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

function notify(): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  // One at a time, and no word of the customer on a screen that others may see.
  const notification = new Notification(t.customerWaits, { tag: 'answerdesk-waiting' });
  notification.onclick = () => {
    window.focus();
    notification.close();
  };
}

export function useAlerts(counts: InboxCounts | undefined): void {
  const before = useRef<number | undefined>(undefined);
  const waiting = counts?.waiting;
  useEffect(() => {
    if (waiting === undefined) return;
    const { sound, notify: shouldNotify } = preferences();
    if (before.current !== undefined && waiting > before.current) {
      if (sound) beep();
      if (shouldNotify && !document.hasFocus()) notify();
    }
    before.current = waiting;
  }, [waiting]);
}

/** `page` and how many wait. */
export function useTitle(page: string, waiting = 0): void {
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${page} · Answerdesk`;
  }, [page, waiting]);
}
