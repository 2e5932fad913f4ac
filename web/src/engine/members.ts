import type { Calls } from '../api/calls';
import type { At } from '../api/types';
import type { MemberList, Store } from './state';

interface Hooks {
  follow(at: At): void;
  people(users: readonly string[]): void;
}

const nothing: MemberList = { items: [], phase: 'loading', next: null };

/** The guilds' member lists, loaded page by page as they are looked at. */
export class Members {
  #store: Store;
  #calls: Pick<Calls, 'members'>;
  #hooks: Hooks;
  #loading = new Set<string>();

  constructor(store: Store, calls: Pick<Calls, 'members'>, hooks: Hooks) {
    this.#store = store;
    this.#calls = calls;
    this.#hooks = hooks;
  }

  /** Loads the first page where nothing is loaded yet. */
  open(guild: string): void {
    const list = this.#store.getSnapshot().members[guild];
    if (!list || list.phase === 'failed') void this.#load(guild, undefined);
  }

  /** What is loaded may be wrong: begins anew. */
  reload(guild: string): void {
    if (!this.#store.getSnapshot().members[guild]) return;
    this.#edit(guild, () => nothing);
    void this.#load(guild, undefined);
  }

  /** Loads the next page, where there is one. */
  more(guild: string): void {
    const next = this.#store.getSnapshot().members[guild]?.next;
    if (next) void this.#load(guild, next);
  }

  async #load(guild: string, after: string | undefined): Promise<void> {
    if (this.#loading.has(guild)) return;
    this.#loading.add(guild);
    if (!after) this.#edit(guild, list => ({ ...list, phase: 'loading' }));
    try {
      const page = await this.#calls.members(guild, after);
      this.#hooks.people(page.items.map(member => member.user));
      this.#edit(guild, list => {
        const known = new Set(list.items.map(member => member.user));
        const items = [...list.items, ...page.items.filter(member => !known.has(member.user))];
        return { items, phase: 'ready', next: page.next ?? null };
      });
      if (page.at) this.#hooks.follow(page.at);
    } catch {
      this.#edit(guild, list => ({ ...list, phase: list.items.length > 0 ? 'ready' : 'failed' }));
    } finally {
      this.#loading.delete(guild);
    }
  }

  #edit(guild: string, change: (list: MemberList) => MemberList): void {
    this.#store.update(state => {
      if (!(guild in state.guilds)) return state;
      return { ...state, members: { ...state.members, [guild]: change(state.members[guild] ?? nothing) } };
    });
  }
}
