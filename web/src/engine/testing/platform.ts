import type { Platform, Socket, Storage } from '../platform';

/** A clock that only moves when it is told to, with everything that hangs on it. */
export class FakePlatform implements Platform {
  time = 1_700_000_000_000;
  /** What `random` gives next; the last one stays. */
  chances = [0.5];
  readonly sockets: FakeSocket[] = [];
  onSocket: (socket: FakeSocket) => void = () => undefined;
  #timers: { at: number; order: number; run: () => void }[] = [];
  #order = 0;
  #nonces = 0;

  constructor(readonly storage: Storage = memoryStorage()) {}

  now = (): number => this.time;
  random = (): number => (this.chances.length > 1 ? this.chances.shift() : this.chances[0]) ?? 0.5;

  nonce = (): string => {
    this.#nonces += 1;
    return `nonce-${this.time}-${this.#nonces}`;
  };

  after = (ms: number, run: () => void): (() => void) => {
    this.#order += 1;
    const timer = { at: this.time + ms, order: this.#order, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer);
    };
  };

  openSocket = (): Socket => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    this.onSocket(socket);
    return socket;
  };

  locked = <T>(_name: string, run: () => Promise<T>): Promise<T> => run();

  /** Lets the time pass, running what is due on the way, and everything that waits for a promise. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const due = this.#timers
        .filter(timer => timer.at <= end)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!due) break;
      this.#timers = this.#timers.filter(timer => timer !== due);
      this.time = Math.max(this.time, due.at);
      due.run();
      await settle();
    }
    this.time = end;
  }
}

/** Lets all promises that can go on do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

export class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;
  onSend: (frame: Record<string, unknown>) => void = () => undefined;
  onClosed: () => void = () => undefined;

  send(text: string): void {
    const frame = JSON.parse(text);
    this.sent.push(frame);
    this.onSend(frame);
  }

  close(): void {
    this.isClosed = true;
    this.onClosed();
  }

  give(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  break(code = 1006): void {
    this.isClosed = true;
    this.onClosed();
    this.onclose?.({ code });
  }
}

export function memoryStorage(): Storage {
  const map = new Map<string, string>();
  return {
    get: key => map.get(key) ?? null,
    set: (key, value) => void map.set(key, value),
    remove: key => void map.delete(key),
    keys: () => [...map.keys()],
  };
}
