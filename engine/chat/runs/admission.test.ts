import { describe, expect, it } from 'vitest';
import { createAdmission } from './admission.ts';

describe('createAdmission', () => {
  it('has so many places, and again as many when they are left', () => {
    const admission = createAdmission({ most: 2 });
    const [first, second] = [admission.enter(), admission.enter()];
    expect(first && second).toBeDefined();
    expect(admission.enter()).toBeUndefined();
    first!.leave();
    first!.leave();
    expect(admission.enter()).toBeDefined();
    expect(admission.enter()).toBeUndefined();
  });

  it('lets in what was promised before, and counts it', () => {
    const admission = createAdmission({ most: 1 });
    const promised = [admission.enterAnyway(), admission.enterAnyway()];
    promised[0]!.leave();
    expect(admission.enter()).toBeUndefined();
    promised[1]!.leave();
    expect(admission.enter()).toBeDefined();
  });

  it('tells those whom it refuses to come back one after the other, as fast as answers end', () => {
    let clock = 0;
    const admission = createAdmission({ most: 10, now: () => clock });
    const inside = Array.from({ length: 10 }, () => admission.enter()!);
    // Full all the time, an answer ends every half second.
    for (let answer = 0; answer < 100; answer++) {
      clock += 500;
      inside.shift()!.leave();
      inside.push(admission.enter()!);
    }
    const waits = Array.from({ length: 20 }, () => admission.refusal().retryAfterMs!);
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(1_000);
      if (index > 2) expect(wait - waits[index - 1]!).toBeCloseTo(500, -1);
    }
    // Whoever comes much later does not wait behind those who never came back.
    clock += 60_000;
    expect(admission.refusal().retryAfterMs).toBe(1_000);
  });

  it('sends nobody away for longer than a minute', () => {
    const admission = createAdmission({ most: 0, now: () => 0 });
    const waits = Array.from({ length: 2_000 }, () => admission.refusal().retryAfterMs!);
    expect(Math.max(...waits)).toBe(60_000);
  });
});
