import type { Calls, Window } from '../api/calls';
import { problemOf } from '../api/problem';
import type { At, Message, Page } from '../api/types';
import { type Store, type Timeline, without } from './state';
import * as timelines from './timeline';

/** How many channels stay loaded and live behind the one that is shown. */
export const MAX_CACHED_CHANNELS = 100;

interface Hooks {
  /** A snapshot reflects these streams: follow them from there. */
  follow(at: At): void;
  /** A page of older messages may be from before what was applied already: that is applied to it, too. */
  replay(at: At): void;
  unfollow(stream: string): void;
  people(users: readonly string[]): void;
  /** More of the channel is on screen. */
  shown(channel: string): void;
}

export const messagesStream = (channel: string) => `messages/channel/${channel}`;

/** Loads and unloads the channels' messages. */
export class History {
  #store: Store;
  #calls: Pick<Calls, 'history' | 'message'>;
  #hooks: Hooks;
  /** Least recently shown first. */
  #recent: string[] = [];
  #turns = new Map<string, number>();
  #buried = new Set<string>();
  #quoting = new Set<string>();
  #targets = 0;

  constructor(store: Store, calls: Pick<Calls, 'history' | 'message'>, hooks: Hooks) {
    this.#store = store;
    this.#calls = calls;
    this.#hooks = hooks;
  }

  get cached(): readonly string[] {
    return this.#recent;
  }

  /** The channel is shown: load it where it isn't yet, and remember where the new messages began. */
  open(channel: string): void {
    const left = this.#recent.at(-1);
    if (left && left !== channel) this.#edit(left, timelines.trim);
    this.#recent = [...this.#recent.filter(id => id !== channel), channel];
    for (const old of this.#recent.slice(0, -MAX_CACHED_CHANNELS)) this.unload(old);
    const { timelines: loaded, heads } = this.#store.getSnapshot();
    const head = heads[channel];
    const newAfter = head && head.marker < head.number ? head.marker : null;
    const timeline = loaded[channel];
    this.#set(channel, { ...(timeline ?? timelines.emptyTimeline), newAfter, target: null });
    if (!timeline || timeline.phase === 'failed' || !timeline.atEnd) void this.#load(channel, {});
  }

  unload(channel: string): void {
    this.#recent = this.#recent.filter(id => id !== channel);
    this.#turns.set(channel, (this.#turns.get(channel) ?? 0) + 1);
    this.#store.update(state => ({ ...state, timelines: without(state.timelines, channel) }));
    this.#hooks.unfollow(messagesStream(channel));
  }

  unloadAll(): void {
    for (const channel of this.#recent) this.unload(channel);
    this.#quoting.clear();
    this.#buried.clear();
  }

  /** Takes the "New" line away. */
  forgetNew(channel: string): void {
    if (this.#timeline(channel)?.newAfter != null) this.#edit(channel, old => ({ ...old, newAfter: null }));
  }

  /** Loads the newest messages anew, to be shown from their end. */
  toPresent(channel: string): Promise<void> {
    this.forgetNew(channel);
    return this.#load(channel, {});
  }

  retry(channel: string): Promise<void> {
    this.#edit(channel, timeline => ({ ...timeline, phase: 'loading' }));
    return this.#load(channel, {});
  }

  /** Brings a message into view, loading its surroundings where they aren't there. */
  async jumpTo(channel: string, message: string | number): Promise<void> {
    const has = (item: Message) => item.id === message || item.number === message;
    const find = () => this.#timeline(channel)?.messages.find(has);
    if (!find()) await this.#load(channel, { around: message });
    const found = find();
    if (!found) {
      // It is gone, or was never here: the newest messages are better than none.
      if (this.#timeline(channel)?.phase !== 'ready') await this.#load(channel, {});
      return;
    }
    this.#targets += 1;
    const target = { message: found.id, turn: this.#targets };
    this.#edit(channel, timeline => ({ ...timeline, target }));
  }

  async loadBefore(channel: string): Promise<void> {
    const timeline = this.#timeline(channel);
    const first = timeline?.messages[0];
    if (timeline?.phase !== 'ready' || timeline.atStart || timeline.loadingBefore || !first) return;
    const turn = this.#turn(channel);
    this.#edit(channel, old => ({ ...old, loadingBefore: true }));
    try {
      const page = await this.#calls.history(channel, { before: first.number }, 100);
      if (turn !== this.#turns.get(channel)) return;
      this.#merge(channel, page, old => timelines.prepend(old, page));
      if (page.at) this.#hooks.replay(page.at);
    } catch {
      this.#edit(channel, old => ({ ...old, loadingBefore: false }));
    }
  }

  async loadAfter(channel: string): Promise<void> {
    const timeline = this.#timeline(channel);
    const last = timeline?.messages.at(-1);
    if (timeline?.phase !== 'ready' || timeline.atEnd || timeline.loadingAfter || !last) return;
    const turn = this.#turn(channel);
    this.#edit(channel, old => ({ ...old, loadingAfter: true }));
    try {
      const page = await this.#calls.history(channel, { after: last.number }, 100);
      if (turn !== this.#turns.get(channel)) return;
      this.#merge(channel, page, old => timelines.append(old, page, this.#head(channel)));
      // The stream moved on while this page was on its way: its own `at` says from where to catch up.
      if (!page.at) return;
      if (this.#timeline(channel)?.atEnd) this.#hooks.follow(page.at);
      else this.#hooks.replay(page.at);
    } catch {
      this.#edit(channel, old => ({ ...old, loadingAfter: false }));
    }
  }

  /** A deletion that came while a page was on its way must not be undone by the page. */
  buried(message: string): void {
    this.#buried.add(message);
  }

  /** Fetches a quoted message that isn't loaded. */
  async quote(channel: string, message: string): Promise<void> {
    if (this.#quoting.has(message)) return;
    this.#quoting.add(message);
    try {
      const found = await this.#calls.message(channel, message);
      this.#hooks.people([found.author]);
      this.#store.update(state => ({ ...state, quoted: { ...state.quoted, [message]: found } }));
    } catch (error) {
      const isGone = problemOf(error).status === 404;
      if (isGone) this.#store.update(state => ({ ...state, quoted: { ...state.quoted, [message]: null } }));
      else this.#quoting.delete(message);
    }
  }

  async #load(channel: string, window: Window): Promise<void> {
    const turn = this.#turn(channel);
    try {
      const page = await this.#calls.history(channel, window);
      if (turn !== this.#turns.get(channel)) return;
      this.#merge(channel, page, old => timelines.fromPage(old, page, window, this.#head(channel)));
      if (page.at) this.#hooks.follow(page.at);
      this.#hooks.shown(channel);
    } catch (error) {
      if (turn !== this.#turns.get(channel)) return;
      const problem = problemOf(error);
      this.#edit(channel, old => (old.phase === 'ready' ? old : { ...old, phase: 'failed', problem }));
    }
  }

  #merge(channel: string, page: Page<Message>, change: (old: Timeline) => Timeline): void {
    this.#hooks.people(page.items.map(message => message.author));
    this.#edit(channel, old => {
      let next = change(old);
      for (const message of this.#buried) next = timelines.bury(next, message);
      return next;
    });
  }

  #turn(channel: string): number {
    const turn = (this.#turns.get(channel) ?? 0) + 1;
    this.#turns.set(channel, turn);
    return turn;
  }

  #head(channel: string): number {
    return this.#store.getSnapshot().heads[channel]?.number ?? 0;
  }

  #timeline(channel: string): Timeline | undefined {
    return this.#store.getSnapshot().timelines[channel];
  }

  #set(channel: string, timeline: Timeline): void {
    this.#store.update(state => ({ ...state, timelines: { ...state.timelines, [channel]: timeline } }));
  }

  #edit(channel: string, change: (timeline: Timeline) => Timeline): void {
    const timeline = this.#timeline(channel);
    if (timeline) this.#set(channel, change(timeline));
  }
}
