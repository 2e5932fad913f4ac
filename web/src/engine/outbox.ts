import { isPassing } from '../api/problem';
import type { Problem } from '../api/types';
import type { Platform } from './platform';
import { type Pending, type Store, without } from './state';
import type { ClientFrame } from './wire';

const ACK_WITHIN_MS = 20_000;

/**
 * Messages on their way: kept in storage until they are surely on disk, sent one at a time per channel so that
 * their order holds, and repeated with the same nonce so that a repeat shows once.
 */
export class Outbox {
  #platform: Platform;
  #store: Store;
  #send: (frame: ClientFrame) => boolean;
  #prefix = '';
  #notBefore = new Map<string, number>();

  constructor(platform: Platform, store: Store, send: (frame: ClientFrame) => boolean) {
    this.#platform = platform;
    this.#store = store;
    this.#send = send;
  }

  /** What an earlier page of this person left behind. */
  restore(me: string): void {
    this.#prefix = `guildhall.outbox.${me}.`;
    const found: Pending[] = [];
    for (const key of this.#platform.storage.keys()) {
      if (!key.startsWith(this.#prefix)) continue;
      const item = read(this.#platform.storage.get(key));
      if (item) found.push(item);
      else this.#platform.storage.remove(key);
    }
    found.sort((a, b) => a.createdAt - b.createdAt);
    const outbox: Record<string, Pending[]> = {};
    for (const item of found) {
      const phase = item.phase === 'failed' ? 'failed' : 'queued';
      const list = outbox[item.channel] ?? [];
      outbox[item.channel] = list;
      list.push({ ...item, phase, uncertainAfter: item.uncertainAfter ?? 0 });
    }
    this.#store.update(state => ({ ...state, outbox }));
  }

  add(channel: string, text: string, replyTo: string | null): void {
    const head = this.#store.getSnapshot().heads[channel]?.number ?? 0;
    const item: Pending = {
      nonce: this.#platform.nonce(),
      channel,
      text,
      replyTo,
      createdAt: this.#platform.now(),
      phase: 'queued',
    };
    // Were the page to close right now, the next one couldn't know whether this had arrived.
    this.#platform.storage.set(this.#prefix + item.nonce, JSON.stringify({ ...item, uncertainAfter: head }));
    this.#change(channel, list => [...list, item]);
    this.flush();
  }

  /** Sends what waits and may go now. */
  flush(): void {
    for (const [channel, list] of Object.entries(this.#store.getSnapshot().outbox)) {
      if (list.some(item => item.phase === 'sending')) continue;
      if ((this.#notBefore.get(channel) ?? 0) > this.#platform.now()) continue;
      const next = list.find(item => item.phase === 'queued');
      if (next) this.#transmit(next);
    }
  }

  /** The connection broke: what was on its way may or may not have arrived. */
  lost(): void {
    const { outbox, heads } = this.#store.getSnapshot();
    for (const [channel, list] of Object.entries(outbox)) {
      if (!list.some(item => item.phase === 'sending')) continue;
      const uncertainAfter = heads[channel]?.number ?? 0;
      this.#change(channel, all =>
        all.map(item =>
          item.phase === 'sending'
            ? { ...item, phase: 'queued', uncertainAfter: item.uncertainAfter ?? uncertainAfter }
            : item,
        ),
      );
    }
  }

  /** On disk. It stays on screen until its event brings the real message. */
  acked(nonce: string, number: number): void {
    this.#platform.storage.remove(this.#prefix + nonce);
    this.#edit(nonce, item => ({ ...item, phase: 'acked', number }));
    this.flush();
  }

  refused(nonce: string, problem: Problem): void {
    const item = this.find(nonce);
    if (!item) return;
    if (isPassing(problem)) {
      const wait = (problem.retry_after ?? 2) * 1_000;
      this.#notBefore.set(item.channel, this.#platform.now() + wait);
      this.#edit(nonce, pending => ({ ...pending, phase: 'queued' }));
      this.#platform.after(wait, () => this.flush());
      return;
    }
    this.#edit(nonce, pending => ({ ...pending, phase: 'failed', problem }));
    this.#keep(nonce);
    this.flush();
  }

  /** The message itself has arrived, or was thrown away. */
  settle(nonce: string): void {
    this.#platform.storage.remove(this.#prefix + nonce);
    const item = this.find(nonce);
    if (item) this.#change(item.channel, list => list.filter(other => other.nonce !== nonce));
    this.flush();
  }

  /** The channel's messages up to `number` are on screen: acknowledged ones among them are done. */
  settleUpTo(channel: string, number: number): void {
    const done = (item: Pending) => item.phase === 'acked' && (item.number ?? 0) <= number;
    if (this.#store.getSnapshot().outbox[channel]?.some(done)) {
      this.#change(channel, list => list.filter(item => !done(item)));
    }
  }

  /** Leaves nothing of this person behind. */
  clear(): void {
    for (const list of Object.values(this.#store.getSnapshot().outbox)) {
      for (const { nonce } of list) this.settle(nonce);
    }
  }

  retry(nonce: string): void {
    this.#edit(nonce, item => ({ ...item, phase: 'queued', problem: undefined }));
    this.#keep(nonce);
    this.flush();
  }

  find(nonce: string): Pending | undefined {
    for (const list of Object.values(this.#store.getSnapshot().outbox)) {
      const item = list.find(other => other.nonce === nonce);
      if (item) return item;
    }
    return undefined;
  }

  #transmit(item: Pending): void {
    const { channel, nonce, text, replyTo } = item;
    this.#edit(nonce, pending => ({ ...pending, phase: 'sending' }));
    if (!this.#send({ op: 'send', channel, nonce, text, ...(replyTo ? { reply_to: replyTo } : {}) })) {
      this.#edit(nonce, pending => ({ ...pending, phase: 'queued' }));
      return;
    }
    this.#platform.after(ACK_WITHIN_MS, () => {
      if (this.find(nonce)?.phase !== 'sending') return;
      this.#edit(nonce, pending => ({ ...pending, phase: 'queued' }));
      this.flush();
    });
  }

  #keep(nonce: string): void {
    const item = this.find(nonce);
    if (item) this.#platform.storage.set(this.#prefix + nonce, JSON.stringify(item));
  }

  #edit(nonce: string, change: (item: Pending) => Pending): void {
    const item = this.find(nonce);
    if (!item) return;
    this.#change(item.channel, list => list.map(other => (other.nonce === nonce ? change(other) : other)));
  }

  #change(channel: string, change: (list: readonly Pending[]) => readonly Pending[]): void {
    this.#store.update(state => {
      const list = change(state.outbox[channel] ?? []);
      const outbox =
        list.length === 0 ? without(state.outbox, channel) : { ...state.outbox, [channel]: list };
      return { ...state, outbox };
    });
  }
}

function read(text: string | null): Pending | null {
  try {
    const item = JSON.parse(text ?? '') as Pending;
    const whole = [item.nonce, item.channel, item.text].every(part => typeof part === 'string');
    return whole ? item : null;
  } catch {
    return null;
  }
}
