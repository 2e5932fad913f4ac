import type { Calls } from '../api/calls';
import { problemOf } from '../api/problem';
import type { Message } from '../api/types';
import { putMessage } from './apply';
import type { Platform } from './platform';
import { type Editor, type Store, without } from './state';
import * as timelines from './timeline';

/** How long a deletion can be undone. */
export const UNDO_MS = 5_000;

/** Changing and deleting what was said: shown at once, and taken back where the server refuses. */
export class Changes {
  #platform: Platform;
  #store: Store;
  #calls: Pick<Calls, 'editMessage' | 'deleteMessage'>;
  /** Deletions that can be undone still. */
  #waiting = new Map<string, { go: () => void; undo: () => void }>();

  constructor(platform: Platform, store: Store, calls: Pick<Calls, 'editMessage' | 'deleteMessage'>) {
    this.#platform = platform;
    this.#store = store;
    this.#calls = calls;
  }

  /** Opens the editor on a message. */
  begin({ id: message, channel, version = 0, text }: Message): void {
    this.#edit(() => ({ channel, message, version, text: this.#store.getSnapshot().edits[message] ?? text }));
  }

  /** The same for the person's last message that is loaded; false: there is none. */
  beginLast(channel: string): boolean {
    const { session, timelines: loaded, leaving } = this.#store.getSnapshot();
    const me = session.phase === 'signed_in' ? session.me.id : '';
    const isMine = (item: Message) => item.author === me && !item.deleted && !(item.id in leaving);
    const last = loaded[channel]?.messages.findLast(isMine);
    if (last) this.begin(last);
    return last !== undefined;
  }

  write(text: string): void {
    this.#edit(editor => editor && { ...editor, text, problem: undefined });
  }

  cancel(): void {
    this.#edit(() => null);
  }

  /** Saves what is in the editor; refused, the editor is there again and says why. */
  async save(): Promise<void> {
    const { editor, timelines: loaded } = this.#store.getSnapshot();
    if (!editor) return;
    const { channel, message, version } = editor;
    const text = editor.text.trimEnd();
    this.cancel();
    if (loaded[channel]?.messages.find(({ id }) => id === message)?.text === text) return;
    this.#store.update(state => ({ ...state, edits: { ...state.edits, [message]: text } }));
    try {
      const saved = await this.#calls.editMessage(channel, message, { text, version });
      this.#store.update(state => putMessage(state, saved));
    } catch (error) {
      const problem = problemOf(error);
      // The text that was seen is overwritten knowingly the next time.
      const now = this.#store.getSnapshot().timelines[channel]?.messages.find(({ id }) => id === message);
      const again = { ...editor, version: now?.version ?? version, problem };
      this.#edit(other => other ?? (now?.deleted ? null : again));
    } finally {
      this.#store.update(state => ({ ...state, edits: without(state.edits, message) }));
    }
  }

  /** Deletes a message after a moment in which that can be undone. Rejects where the server refuses. */
  remove(channel: string, message: string): Promise<void> {
    if (this.#waiting.has(message)) return Promise.resolve();
    this.#store.update(state => ({ ...state, leaving: { ...state.leaving, [message]: true } }));
    return new Promise((done, failed) => {
      const go = () => {
        if (this.#waiting.delete(message)) this.#delete(channel, message).then(done, failed);
      };
      const cancel = this.#platform.after(UNDO_MS, go);
      const undo = () => {
        cancel();
        done();
      };
      this.#waiting.set(message, { go, undo });
    });
  }

  undo(message: string): void {
    this.#waiting.get(message)?.undo();
    if (!this.#waiting.delete(message)) return;
    this.#store.update(state => ({ ...state, leaving: without(state.leaving, message) }));
  }

  /** The page goes: what was to be deleted goes now. */
  flush(): void {
    for (const { go } of [...this.#waiting.values()]) go();
  }

  async #delete(channel: string, message: string): Promise<void> {
    try {
      await this.#calls.deleteMessage(channel, message);
      this.#store.update(state => {
        const timeline = state.timelines[channel];
        if (!timeline) return state;
        const buried = timelines.bury(timeline, message);
        return { ...state, timelines: { ...state.timelines, [channel]: buried } };
      });
    } finally {
      this.#store.update(state => ({ ...state, leaving: without(state.leaving, message) }));
    }
  }

  #edit(change: (editor: Editor | null) => Editor | null): void {
    this.#store.update(state => ({ ...state, editor: change(state.editor) }));
  }
}
