import type { Calls } from '../api/calls';
import type { At } from '../api/types';
import { allPages } from './pages';
import type { Store } from './state';

interface Hooks {
  /** Applies again what came after this. */
  replay(at: At): void;
}

/** Whom the person has blocked: loaded as a whole, then followed by events. */
export class Blocks {
  #store: Store;
  #calls: Pick<Calls, 'blocks' | 'block' | 'unblock'>;
  #hooks: Hooks;
  /** The newest load: what an older one brings is no news. */
  #turn = 0;

  constructor(store: Store, calls: Pick<Calls, 'blocks' | 'block' | 'unblock'>, hooks: Hooks) {
    this.#store = store;
    this.#calls = calls;
    this.#hooks = hooks;
  }

  /** Loads all anew; where that fails, those that are known stand until the next connection. */
  load(): void {
    this.#turn += 1;
    void this.#load(this.#turn, this.#me).catch(() => undefined);
  }

  /** Throws what the server refused. */
  async block(user: string): Promise<void> {
    await this.#calls.block(user);
    this.load();
  }

  async unblock(user: string): Promise<void> {
    await this.#calls.unblock(user);
    this.load();
  }

  get #me(): string {
    const { session } = this.#store.getSnapshot();
    return session.phase === 'signed_in' ? session.me.id : '';
  }

  async #load(turn: number, me: string): Promise<void> {
    const { items, at } = await allPages(after => this.#calls.blocks(after));
    if (turn !== this.#turn || me === '' || me !== this.#me) return;
    const blocks = Object.fromEntries(items.map(({ user }) => [user, true as const]));
    this.#store.update(state => ({ ...state, blocks }));
    this.#hooks.replay(at);
  }
}
