import type { Calls } from '../api/calls';
import type { Platform } from './platform';
import type { Store } from './state';
import type { ClientFrame } from './wire';

const GATHER_MS = 20;
const MAX_USERS_PER_CALL = 100;
const MAX_PRESENCES = 200;
/** A word of a change may be lost on its way: whoever is shown after so long is asked for anew. */
const FRESH_MS = 10 * 60_000;
/** Whoever is told of a change asks within so long. */
const SPREAD_MS = 1_000;

/** Who people are, and who of those on screen is online. */
export class People {
  #platform: Platform;
  #store: Store;
  #calls: Pick<Calls, 'users'>;
  #send: (frame: ClientFrame) => boolean;
  #asked = new Set<string>();
  #stale = new Set<string>();
  #askedAt = new Map<string, number>();
  /** The newest call about each: an older one that is answered later is no news. */
  #turns = new Map<string, number>();
  #turn = 0;
  #wanted = new Set<string>();
  #isGathering = false;
  #watchers = new Map<symbol, readonly string[]>();
  #watched = '';

  constructor(
    platform: Platform,
    store: Store,
    calls: Pick<Calls, 'users'>,
    send: (frame: ClientFrame) => boolean,
  ) {
    this.#platform = platform;
    this.#store = store;
    this.#calls = calls;
    this.#send = send;
  }

  /** Makes sure that these are known, soon; many asks become one call. */
  need(users: readonly string[]): void {
    const known = this.#store.getSnapshot().users;
    for (const user of users) if (!(user in known) && !this.#asked.has(user)) this.#wanted.add(user);
    this.#gather();
  }

  /** The profile has changed: ask again. */
  renew(user: string): void {
    this.#asked.delete(user);
    this.#wanted.add(user);
    this.#gather();
  }

  /** Profiles have changed: those that are known are asked for again. Not by all who were told in the same moment. */
  renewKnown(users: readonly string[]): void {
    const known = this.#store.getSnapshot().users;
    const before = this.#stale.size;
    for (const user of users) if (user in known) this.#stale.add(user);
    if (before > 0 || this.#stale.size === 0) return;
    this.#platform.after(this.#platform.random() * SPREAD_MS, () => {
      const stale = [...this.#stale];
      this.#stale.clear();
      for (const user of stale) this.renew(user);
    });
  }

  reset(): void {
    this.#asked.clear();
    this.#askedAt.clear();
    this.#turns.clear();
    this.#stale.clear();
    this.#wanted.clear();
    this.#watched = '';
  }

  /** Follows the presence of these people for as long as they are on screen. */
  watchPresence(users: readonly string[]): () => void {
    const key = Symbol('presence');
    this.#watchers.set(key, users);
    this.#renewOld(users);
    this.#platform.after(GATHER_MS, () => this.tellPresences());
    return () => {
      this.#watchers.delete(key);
      this.#platform.after(GATHER_MS, () => this.tellPresences());
    };
  }

  /** Tells the server whom we show; on a new connection always. */
  tellPresences(isNew = false): void {
    const users = [...new Set([...this.#watchers.values()].flat())].slice(0, MAX_PRESENCES);
    // What was said while there was no connection wasn't heard.
    if (isNew) this.renewKnown(users);
    const watched = users.toSorted().join();
    if (watched === this.#watched && !isNew) return;
    if (users.length === 0 && isNew) return;
    if (this.#send({ op: 'watch_presence', users })) this.#watched = watched;
  }

  #renewOld(users: readonly string[]): void {
    const old = this.#platform.now() - FRESH_MS;
    this.renewKnown(users.filter(user => (this.#askedAt.get(user) ?? old) < old));
  }

  #gather(): void {
    if (this.#isGathering || this.#wanted.size === 0) return;
    this.#isGathering = true;
    this.#platform.after(GATHER_MS, () => {
      this.#isGathering = false;
      const batch = [...this.#wanted].slice(0, MAX_USERS_PER_CALL);
      for (const user of batch) {
        this.#wanted.delete(user);
        this.#asked.add(user);
        this.#askedAt.set(user, this.#platform.now());
        this.#turns.set(user, this.#turn + 1);
      }
      this.#turn += 1;
      void this.#fetch(batch, this.#turn);
      this.#gather();
    });
  }

  async #fetch(batch: string[], turn: number): Promise<void> {
    try {
      const { items } = await this.#calls.users(batch);
      const news = items.filter(user => this.#turns.get(user.id) === turn);
      const found = Object.fromEntries(news.map(user => [user.id, user]));
      this.#store.update(state => ({ ...state, users: { ...state.users, ...found } }));
    } catch {
      for (const user of batch) this.#asked.delete(user);
    }
  }
}
