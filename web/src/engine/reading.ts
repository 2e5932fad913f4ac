import { readUpTo } from './apply';
import type { Store } from './state';
import type { ClientFrame } from './wire';

/** Moves the read marker of the channel that is really being looked at. */
export class Reader {
  #store: Store;
  #send: (frame: ClientFrame) => boolean;
  #channel: string | null = null;
  #isAtBottom = false;
  #isFocused = true;

  constructor(store: Store, send: (frame: ClientFrame) => boolean) {
    this.#store = store;
    this.#send = send;
  }

  get channel(): string | null {
    return this.#channel;
  }

  show(channel: string | null): void {
    this.#channel = channel;
    this.#isAtBottom = false;
  }

  scrolled(isAtBottom: boolean): void {
    this.#isAtBottom = isAtBottom;
    this.tell();
  }

  focused(isFocused: boolean): void {
    this.#isFocused = isFocused;
    this.tell();
  }

  /** Whether a message that arrives now is seen at once. */
  sees(channel: string): boolean {
    return this.#channel === channel && this.#isAtBottom && this.#isFocused;
  }

  /** Marks as read what is in view, where that is news. */
  tell(): void {
    if (!this.#channel || !this.#isAtBottom || !this.#isFocused) return;
    const timeline = this.#store.getSnapshot().timelines[this.#channel];
    if (timeline?.phase !== 'ready' || !timeline.atEnd) return;
    this.markRead(this.#channel, timeline.messages.at(-1)?.number ?? 0);
  }

  markRead(channel: string, number: number): void {
    const marker = this.#store.getSnapshot().heads[channel]?.marker ?? 0;
    if (number <= marker || !this.#send({ op: 'read', channel, number })) return;
    this.#store.update(state => readUpTo(state, channel, { marker: number }));
  }
}
