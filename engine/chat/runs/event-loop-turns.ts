// One piece of work in each turn of the event loop, for the customer who has waited longest. Between two pieces the loop takes in what has
// come meanwhile, so that whoever has to be refused learns it before the work of the others goes on. It accepts one connection in a turn:
// while customers come, turns go without work, for a while.

export interface EventLoopTurns {
  /** Resolves when it is the turn of a customer who came at `arrivedAt` (of `performance.now()`); lower goes first. */
  next(arrivedAt: number): Promise<void>;
  /** Somebody has come in this turn: there may be more of them. */
  someoneCame(): void;
}

export interface EventLoopTurnsOptions {
  /** So long, in milliseconds, work waits for those who come. */
  readonly patienceMs?: number;
  readonly now?: () => number;
}

interface Waiting {
  readonly arrivedAt: number;
  begin(): void;
}

export function createEventLoopTurns({
  patienceMs = 50,
  now = () => performance.now(),
}: EventLoopTurnsOptions = {}): EventLoopTurns {
  const line: Waiting[] = [];
  let hasCome = false;
  let waitsSince = 0;

  function waitForTurn(): void {
    waitsSince = now();
    setImmediate(giveNext);
  }

  function giveNext(): void {
    if (hasCome && now() - waitsSince < patienceMs) {
      hasCome = false;
      setImmediate(giveNext);
      return;
    }
    hasCome = false;
    line.shift()!.begin();
    if (line.length > 0) waitForTurn();
  }

  return {
    next: (arrivedAt) =>
      new Promise((begin) => {
        const behind = line.findLastIndex((other) => other.arrivedAt <= arrivedAt);
        line.splice(behind + 1, 0, { arrivedAt, begin });
        if (line.length === 1) waitForTurn();
      }),
    someoneCame() {
      hasCome = true;
    },
  };
}
