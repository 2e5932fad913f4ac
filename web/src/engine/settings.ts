import type { Calls } from '../api/calls';
import type { Settings, SettingsEdit } from '../api/types';
import type { Store } from './state';

/** What the person set for all devices: shown at once here, kept by the server, and followed from the other devices. */
export class SharedSettings {
  #store: Store;
  #calls: Pick<Calls, 'settings' | 'editSettings'>;
  /** Changes that the server hasn't confirmed yet: what it says meanwhile doesn't undo them. */
  #pending = new Set<SettingsEdit>();

  constructor(store: Store, calls: Pick<Calls, 'settings' | 'editSettings'>) {
    this.#store = store;
    this.#calls = calls;
  }

  /** Asks for all of them; where that fails, those that are known stand until the next connection. */
  load(): void {
    const me = this.#me();
    void this.#calls.settings().then(
      settings => this.#take(settings, me),
      () => undefined,
    );
  }

  /** Another device changed something. */
  changedTo(version: number): void {
    if (version > (this.#store.getSnapshot().settings?.version ?? -1)) this.load();
  }

  /** Changes some of them. Throws what the server refused, and takes it back. */
  async change(edit: SettingsEdit): Promise<void> {
    const me = this.#me();
    this.#pending.add(edit);
    const { settings } = this.#store.getSnapshot();
    if (settings) this.#show(settings);
    try {
      const changed = await this.#calls.editSettings(edit);
      this.#pending.delete(edit);
      this.#take(changed, me);
    } catch (error) {
      this.#pending.delete(edit);
      this.load();
      throw error;
    }
  }

  #me(): string {
    const { session } = this.#store.getSnapshot();
    return session.phase === 'signed_in' ? session.me.id : '';
  }

  #take(settings: Settings, me: string): void {
    const known = this.#store.getSnapshot().settings;
    if (me === '' || me !== this.#me() || (known && known.version > settings.version)) return;
    this.#show(settings);
  }

  #show(known: Settings): void {
    const settings: Settings = Object.assign({}, known, ...this.#pending);
    this.#store.update(state => ({ ...state, settings }));
  }
}
