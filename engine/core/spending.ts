// What a hosted model may cost in a day. An answer reserves the most that it can cost before it is asked for, and gives back the rest.
export interface TokenCount {
  readonly input: number;
  readonly output: number;
}

export interface Spending {
  /** Undefined when the day has no room for that. */
  reserve(most: TokenCount): Promise<Reservation | undefined>;
}

export interface Reservation {
  /** Once: what was really used. */
  settle(used: TokenCount): Promise<void>;
}
