/** Everything that the engine needs of its surroundings, so that tests can hold it. */
export interface Platform {
  now(): number;
  /** In [0, 1). */
  random(): number;
  nonce(): string;
  after(ms: number, run: () => void): () => void;
  openSocket(): Socket;
  storage: Storage;
  /** Runs while holding the lock of this name across tabs. */
  locked<T>(name: string, run: () => Promise<T>): Promise<T>;
}

export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface Storage {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): string[];
}

/** Storage that never throws: private windows and full disks lose drafts, not the page. */
export const browserStorage: Storage = {
  get: key => quietly(() => localStorage.getItem(key), null),
  set: (key, value) => quietly(() => localStorage.setItem(key, value), undefined),
  remove: key => quietly(() => localStorage.removeItem(key), undefined),
  keys: () => quietly(() => Object.keys(localStorage), []),
};

function quietly<T>(run: () => T, otherwise: T): T {
  try {
    return run();
  } catch {
    return otherwise;
  }
}

export const browserPlatform: Platform = {
  now: () => Date.now(),
  random: () => Math.random(),
  nonce: () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  openSocket: () =>
    new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`) as Socket,
  storage: browserStorage,
  // Web Locks need a secure context; on plain HTTP the server's 30 s of grace for a used token stands in.
  locked: (name, run) => (navigator.locks ? navigator.locks.request(name, run) : run()) as never,
};
