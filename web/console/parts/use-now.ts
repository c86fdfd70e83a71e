import { useEffect, useState } from 'react';

const everyMs = 15_000;

/** Milliseconds since 1970; goes on by itself, for how long somebody waits. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, []);
  return now;
}
