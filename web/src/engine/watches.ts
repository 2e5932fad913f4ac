import type { At } from '../api/types';
import type { Store } from './state';
import type { Streams } from './streams';
import type { ClientFrame } from './wire';

/** The server's bound on streams per socket. */
export const MAX_WATCHED = 500;

/** Which streams the server sends us. On a new connection all are asked for again, each from where we stand. */
export class Watches {
  #store: Store;
  #streams: Streams;
  #send: (frame: ClientFrame) => boolean;
  /** Streams that we want, in order of their coming. */
  #wanted = new Set<string>();
  #watched = new Set<string>();

  constructor(store: Store, streams: Streams, send: (frame: ClientFrame) => boolean) {
    this.#store = store;
    this.#streams = streams;
    this.#send = send;
  }

  /** Watches every stream that has a place but isn't watched yet, and `again` in any case. */
  sync(again: readonly string[] = []): void {
    for (const stream of again) this.#watched.delete(stream);
    this.#collect();
    const streams: Record<string, number> = {};
    let room = MAX_WATCHED - this.#watched.size;
    for (const stream of this.#wanted) {
      const since = this.#streams.seq(stream);
      if (since === undefined || this.#watched.has(stream) || room <= 0) continue;
      streams[stream] = since;
      room -= 1;
    }
    if (Object.keys(streams).length === 0 || !this.#send({ op: 'watch', streams })) return;
    for (const stream of Object.keys(streams)) this.#watched.add(stream);
  }

  /** The connection is new: nothing is watched on it yet. */
  renew(): void {
    this.#watched.clear();
    this.sync();
  }

  drop(streams: readonly string[]): void {
    const watched = streams.filter(stream => this.#watched.has(stream));
    for (const stream of streams) {
      this.#wanted.delete(stream);
      this.#watched.delete(stream);
      this.#streams.forget(stream);
    }
    if (watched.length > 0) this.#send({ op: 'unwatch', streams: [...watched] });
  }

  /** The overview names all structure that there is for us: what it doesn't name is over. */
  keepOnly(at: At): void {
    const gone = [...this.#wanted].filter(
      stream => /^guilds\/(guild|channel)\//.test(stream) && !(stream in at),
    );
    this.drop(gone);
    for (const stream of Object.keys(at)) this.#wanted.add(stream);
  }

  reset(): void {
    this.#wanted.clear();
    this.#watched.clear();
  }

  #collect(): void {
    for (const channel of Object.keys(this.#store.getSnapshot().timelines)) {
      this.#wanted.add(`messages/channel/${channel}`);
    }
  }
}
