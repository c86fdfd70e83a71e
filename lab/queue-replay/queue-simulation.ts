// How long customers wait for a person: one queue, first come first served, several agents who each serve one customer at a time.

export interface Customer {
  /** Seconds since the start; ascending in a list. */
  readonly arrival: number;
  /** Seconds of an agent's time; 0 for a customer who needs none and does not wait. */
  readonly service: number;
}

/** Seconds each customer waits, in the order given (Kiefer and Wolfowitz, 1955). Starts with all agents free. */
export function simulateQueue(customers: readonly Customer[], agents: number): number[] {
  const freeAt = new Array<number>(agents).fill(0);
  return customers.map(({ arrival, service }) => {
    if (service === 0) return 0;
    let next = 0;
    for (let agent = 1; agent < agents; agent++) if (freeAt[agent]! < freeAt[next]!) next = agent;
    const start = Math.max(arrival, freeAt[next]!);
    freeAt[next] = start + service;
    return start - arrival;
  });
}

/** Mean wait in an M/M/c queue (Erlang C); rates per second, `arrivalRate < agents * serviceRate`. What the simulation is tested with. */
export function erlangCMeanWait(arrivalRate: number, serviceRate: number, agents: number): number {
  const load = arrivalRate / serviceRate;
  let term = 1;
  let sum = 0;
  for (let busy = 0; busy < agents; busy++) {
    sum += term;
    term *= load / (busy + 1);
  }
  const queued = term / (1 - load / agents);
  return queued / (sum + queued) / (agents * serviceRate - arrivalRate);
}
