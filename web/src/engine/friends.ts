import type { Calls } from '../api/calls';
import type { At, Friend } from '../api/types';
import { allPages } from './pages';
import type { Store } from './state';

interface Hooks {
  /** Applies again what came after this. */
  replay(at: At): void;
  people(users: readonly string[]): void;
}

/** The person's friends and requests: loaded as a whole, then followed by events. */
export class Friends {
  #store: Store;
  #calls: Pick<Calls, 'friends' | 'befriend' | 'unfriend'>;
  #hooks: Hooks;
  /** The newest load: what an older one brings is no news. */
  #turn = 0;

  constructor(store: Store, calls: Pick<Calls, 'friends' | 'befriend' | 'unfriend'>, hooks: Hooks) {
    this.#store = store;
    this.#calls = calls;
    this.#hooks = hooks;
  }

  /** Loads all anew; where that fails, those that are known stand until the next connection. */
  load(): void {
    this.#turn += 1;
    void this.#load(this.#turn, this.#me).catch(() => undefined);
  }

  /** Asks somebody to be friends, or accepts. Throws what the server refused. */
  async befriend(user: string): Promise<Friend> {
    const friend = await this.#calls.befriend(user);
    this.load();
    return friend;
  }

  /** Ends a friendship, refuses a request or takes one back. */
  async unfriend(user: string): Promise<void> {
    await this.#calls.unfriend(user);
    this.load();
  }

  get #me(): string {
    const { session } = this.#store.getSnapshot();
    return session.phase === 'signed_in' ? session.me.id : '';
  }

  async #load(turn: number, me: string): Promise<void> {
    const { items, at } = await allPages(after => this.#calls.friends(after));
    if (turn !== this.#turn || me === '' || me !== this.#me) return;
    const friends = Object.fromEntries(items.map(friend => [friend.user, friend]));
    this.#store.update(state => ({ ...state, friends }));
    this.#hooks.people(Object.keys(friends));
    this.#hooks.replay(at);
  }
}
