import type { Storage } from './platform';

export interface Draft {
  text: string;
  replyTo: string | null;
}

const nothing: Draft = { text: '', replyTo: null };

/** What is typed but not sent, per channel; survives a reload. */
export class Drafts {
  #storage: Storage;
  #prefix = 'guildhall.draft.';

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  of(me: string): void {
    this.#prefix = `guildhall.draft.${me}.`;
  }

  /** Leaves nothing of this person behind. */
  clear(): void {
    for (const key of this.#storage.keys()) if (key.startsWith(this.#prefix)) this.#storage.remove(key);
  }

  read(channel: string): Draft {
    try {
      const draft = JSON.parse(this.#storage.get(this.#prefix + channel) ?? '') as Draft;
      return typeof draft.text === 'string' ? { text: draft.text, replyTo: draft.replyTo ?? null } : nothing;
    } catch {
      return nothing;
    }
  }

  write(channel: string, draft: Draft): void {
    if (draft.text === '' && draft.replyTo === null) this.#storage.remove(this.#prefix + channel);
    else this.#storage.set(this.#prefix + channel, JSON.stringify(draft));
  }
}
