import type { Platform } from './platform';
import type { ClientFrame, ServerFrame } from './wire';

/** How somebody is seen. */
export type Seen = 'online' | 'idle' | 'do_not_disturb' | 'offline';

/** After so long without a touch nobody is at this device. */
export const IDLE_MS = 10 * 60_000;

/** What is known of people's presence, with what is told now. */
export function withPresences(
  known: Readonly<Record<string, Seen>>,
  { users, states = {} }: Extract<ServerFrame, { op: 'presence' }>,
): Readonly<Record<string, Seen>> {
  const told = Object.entries(users).map(([user, isHere]): [string, Seen] => [
    user,
    isHere ? (states[user] ?? 'online') : 'offline',
  ]);
  return { ...known, ...Object.fromEntries(told) };
}

/** Whether somebody is at this device; the server is told when that changes. */
export class Activity {
  #platform: Platform;
  #send: (frame: ClientFrame) => boolean;
  #touchedAt: number;
  #isIdle = false;

  constructor(platform: Platform, send: (frame: ClientFrame) => boolean) {
    this.#platform = platform;
    this.#send = send;
    this.#touchedAt = platform.now();
    this.#look(IDLE_MS);
  }

  /** A key, a click, a touch. */
  touched(): void {
    this.#touchedAt = this.#platform.now();
    if (!this.#isIdle) return;
    this.#isIdle = false;
    this.#tell();
    this.#look(IDLE_MS);
  }

  /** A new connection begins as one that somebody is at. */
  connected(): void {
    if (this.#isIdle) this.#tell();
  }

  #look(ms: number): void {
    this.#platform.after(ms, () => {
      const left = this.#touchedAt + IDLE_MS - this.#platform.now();
      if (left > 0) return this.#look(left);
      this.#isIdle = true;
      this.#tell();
    });
  }

  #tell(): void {
    this.#send({ op: 'presence', status: this.#isIdle ? 'idle' : 'online' });
  }
}
