// What the server says of the wait: the place in the queue, and when people answer. Asked for again while somebody waits and looks.
import type { DeskStatus, ServiceStatus } from '#server/protocol.ts';
import type { PersonSideContext } from '../person-side.ts';

export interface DeskService {
  readonly status: ServiceStatus | undefined;
  /** Undefined while it is not known, and where the server has no hours. */
  readonly desk: DeskStatus | undefined;
  /** Something happened that may change the answer. */
  ask(): void;
  /** Asks from time to time. */
  keepAsking(isOn: boolean): void;
  /** Resolves with the hours, or undefined. */
  hours(): Promise<DeskStatus | undefined>;
  forget(): void;
  dispose(): void;
}

const askAgainMs = 15_000;
const hoursLastMs = 60_000;

export function createDeskService({ client, settings, render }: PersonSideContext): DeskService {
  let status: ServiceStatus | undefined;
  let desk: DeskStatus | undefined;
  let askedAt = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  let round = 0;

  async function hours(): Promise<DeskStatus | undefined> {
    if (askedAt && Date.now() - askedAt < hoursLastMs) return desk;
    askedAt = Date.now();
    try {
      const answer = await client.ask(`/desk?language=${settings.language}`);
      desk = await answer.json();
    } catch {
      // A server without hours, or one that cannot be reached: then nothing is said of them.
    }
    return desk;
  }

  async function ask(): Promise<void> {
    round += 1;
    const mine = round;
    const [answer] = await Promise.all([
      client
        .call('/service')
        .then((response): Promise<ServiceStatus> => response.json())
        .catch(() => undefined),
      hours(),
    ]);
    if (mine !== round) return;
    status = answer ?? status;
    render();
  }

  return {
    get status() {
      return status;
    },
    get desk() {
      return desk;
    },
    ask: () => void ask(),
    hours,
    keepAsking(isOn) {
      if (isOn === (timer !== undefined)) return;
      clearInterval(timer);
      timer = isOn
        ? setInterval(() => document.visibilityState === 'visible' && void ask(), askAgainMs)
        : undefined;
    },
    forget() {
      round += 1;
      status = undefined;
    },
    dispose: () => clearInterval(timer),
  };
}
