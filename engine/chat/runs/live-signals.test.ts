import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveSignal } from '#core/events.ts';
import { inDefaultTenant } from '#core/tenant.ts';
import { createLiveSignals, typingLastsMs } from './live-signals.ts';

const key = inDefaultTenant('A'.repeat(22));
const types = (typing: boolean): LiveSignal => ({ type: 'typing', who: 'customer', typing });

describe('createLiveSignals', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function heard() {
    const signals = createLiveSignals();
    const told: LiveSignal[] = [];
    signals.listen((_key, signal) => told.push(signal), key);
    return { signals, told };
  }

  it('tells once that a customer types, and that they stopped when they say nothing more', () => {
    const { signals, told } = heard();
    signals.customerTypes(key, true);
    vi.advanceTimersByTime(typingLastsMs - 1);
    signals.customerTypes(key, true);
    vi.advanceTimersByTime(typingLastsMs - 1);
    expect(told).toEqual([types(true)]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual([types(true), types(false)]);
    vi.advanceTimersByTime(10 * typingLastsMs);
    signals.customerTypes(key, false);
    expect(told).toHaveLength(2);
  });

  it('tells who comes while a person is typing, and nothing once they stopped', () => {
    const signals = createLiveSignals();
    const person = (typing: boolean): LiveSignal => ({ type: 'typing', who: 'person', typing });
    const told = () => {
      const heard: LiveSignal[] = [];
      signals.listen((_key, signal) => heard.push(signal), key)();
      return heard;
    };
    signals.tell(key, person(true));
    expect(told()).toEqual([person(true)]);
    signals.tell(key, person(false));
    expect(told()).toEqual([]);
  });

  it('reaches listeners of this conversation and of all, until they leave', () => {
    const { signals, told } = heard();
    const everywhere: LiveSignal[] = [];
    const leave = signals.listen((_key, signal) => everywhere.push(signal));
    signals.tell(inDefaultTenant('B'.repeat(22)), { type: 'read', sequence: 1 });
    signals.tell(key, { type: 'read', sequence: 2 });
    leave();
    signals.tell(key, { type: 'read', sequence: 3 });
    expect(told).toEqual([
      { type: 'read', sequence: 2 },
      { type: 'read', sequence: 3 },
    ]);
    expect(everywhere).toHaveLength(2);
  });
});
