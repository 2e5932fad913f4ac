import type { Platform } from './platform';
import type { StreamEvent } from './wire';

/** How long an event that came too early waits for the ones before it. */
export const GAP_WAIT_MS = 50;

interface Hooks {
  apply(event: StreamEvent): void;
  /** Ask the server for what came after `since`, and stay watching. */
  watch(stream: string, since: number): void;
}

/**
 * Where we stand in each stream. An event is applied when it is the next one, dropped when it is known, and
 * held when there is a gap before it; a gap that stays is repaired by watching again from the last known seq.
 */
export class Streams {
  #seqs = new Map<string, number>();
  #held = new Map<string, Map<number, StreamEvent>>();
  #repairs = new Map<string, () => void>();
  #platform: Platform;
  #hooks: Hooks;

  constructor(platform: Platform, hooks: Hooks) {
    this.#platform = platform;
    this.#hooks = hooks;
  }

  /** The last applied seq; undefined where the stream isn't followed. */
  seq(stream: string): number | undefined {
    return this.#seqs.get(stream);
  }

  /**
   * A snapshot told the state as of `seq`: go on from there. True where that is behind what was already
   * applied, so that the events between have to be asked for again.
   */
  place(stream: string, seq: number): boolean {
    const known = this.#seqs.get(stream);
    this.#seqs.set(stream, seq);
    this.#drain(stream);
    return known !== undefined && seq < known;
  }

  forget(stream: string): void {
    this.#seqs.delete(stream);
    this.#settle(stream);
  }

  forgetAll(): void {
    for (const stream of [...this.#seqs.keys()]) this.forget(stream);
  }

  receive(event: StreamEvent): void {
    const last = this.#seqs.get(event.stream);
    if (last === undefined || event.seq <= last) return;
    if (event.seq > last + 1) {
      this.#hold(event);
      return;
    }
    this.#seqs.set(event.stream, event.seq);
    this.#hooks.apply(event);
    this.#drain(event.stream);
  }

  /** The server says that all up to `seq` was sent; what is missing still is asked for again. */
  confirm(stream: string, seq: number): void {
    const last = this.#seqs.get(stream);
    if (last !== undefined && last < seq) this.#repairLater(stream);
  }

  #hold(event: StreamEvent): void {
    const held = this.#held.get(event.stream) ?? new Map<number, StreamEvent>();
    held.set(event.seq, event);
    this.#held.set(event.stream, held);
    this.#repairLater(event.stream);
  }

  #repairLater(stream: string): void {
    if (this.#repairs.has(stream)) return;
    const cancel = this.#platform.after(GAP_WAIT_MS, () => {
      this.#repairs.delete(stream);
      const since = this.#seqs.get(stream);
      if (since !== undefined) this.#hooks.watch(stream, since);
    });
    this.#repairs.set(stream, cancel);
  }

  #drain(stream: string): void {
    const held = this.#held.get(stream);
    if (!held) return;
    for (;;) {
      const last = this.#seqs.get(stream) ?? 0;
      for (const seq of held.keys()) if (seq <= last) held.delete(seq);
      const next = held.get(last + 1);
      if (!next) break;
      held.delete(next.seq);
      this.#seqs.set(stream, next.seq);
      this.#hooks.apply(next);
    }
    if (held.size === 0) this.#settle(stream);
  }

  #settle(stream: string): void {
    this.#held.delete(stream);
    this.#repairs.get(stream)?.();
    this.#repairs.delete(stream);
  }
}
