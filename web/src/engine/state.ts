import type {
  Channel,
  Friend,
  Guild,
  Me,
  Member,
  Message,
  Problem,
  Role,
  Settings,
  User,
} from '../api/types';
import type { Seen } from './presence';

/** One channel's loaded messages: a part of its history without holes. */
export interface Timeline {
  phase: 'loading' | 'ready' | 'failed';
  problem?: Problem;
  /** In rising order of number, contiguous. */
  messages: readonly Message[];
  /** The channel's first message is in. */
  atStart: boolean;
  /** The newest message is in: live messages are appended. */
  atEnd: boolean;
  /** Counts how often the messages were replaced as a whole. */
  epoch: number;
  loadingBefore: boolean;
  loadingAfter: boolean;
  /** The read marker when the channel was entered: the "New" line stands behind this number. */
  newAfter: number | null;
  /** A message to bring into view, once. */
  target: { message: string; turn: number } | null;
}

/** A message of ours that isn't known to be on disk yet. */
export interface Pending {
  nonce: string;
  channel: string;
  text: string;
  replyTo: string | null;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** `acked`: on disk as `number`, its event is still on its way. */
  phase: 'queued' | 'sending' | 'acked' | 'failed';
  number?: number;
  problem?: Problem;
  /** It may have reached the server before the connection broke; only numbers above this could be it. */
  uncertainAfter?: number;
}

/** A message whose text is being changed here. */
export interface Editor {
  channel: string;
  message: string;
  /** The version that was there when it began. */
  version: number;
  text: string;
  /** Why it wasn't saved. */
  problem?: Problem;
}

export interface Reading {
  number: number;
  marker: number;
  lastMessageAt: string | null;
}

export interface MemberList {
  items: readonly Member[];
  phase: 'loading' | 'ready' | 'failed';
  /** The cursor of what isn't loaded yet. */
  next: string | null;
}

/** What the person may do in a guild, as the server told last. */
export interface Standing {
  permissions: number;
  /** In channels where that is something else. */
  inChannels: Readonly<Record<string, number>>;
  /** Until then the person only reads; a time that has passed says nothing. */
  timedOutUntil: string | null;
}

export interface ConnectionState {
  phase: 'idle' | 'connecting' | 'open' | 'waiting';
  /** Milliseconds since 1970 when it was lost; absent while all is well. */
  lostAt?: number;
  /** Whether this session was ever connected: the first connect isn't a reconnect. */
  wasOpen: boolean;
}

export interface State {
  session:
    | { phase: 'starting'; problem?: Problem }
    | { phase: 'signed_out'; expired: boolean }
    | { phase: 'signed_in'; me: Me };
  connection: ConnectionState;
  overview: { phase: 'none' | 'loading' | 'ready' | 'failed'; problem?: Problem };
  guilds: Readonly<Record<string, Guild>>;
  guildOrder: readonly string[];
  channels: Readonly<Record<string, Channel>>;
  directs: readonly string[];
  heads: Readonly<Record<string, Reading>>;
  /** What was told of channels before the channels themselves were. */
  strayHeads: Readonly<Record<string, Reading>>;
  /** A guild's roles, the highest first; the last is the one that every member has. */
  roles: Readonly<Record<string, readonly Role[]>>;
  /** The person's own roles in each guild. */
  myRoles: Readonly<Record<string, readonly string[]>>;
  standings: Readonly<Record<string, Standing>>;
  members: Readonly<Record<string, MemberList>>;
  users: Readonly<Record<string, User>>;
  /** Friends and requests, by who they are; null: not known yet. */
  friends: Readonly<Record<string, Friend>> | null;
  /** Whom the person has blocked; null: not known yet. */
  blocks: Readonly<Record<string, true>> | null;
  /** What the person set for all devices; null: not known yet. */
  settings: Settings | null;
  presence: Readonly<Record<string, Seen>>;
  timelines: Readonly<Record<string, Timeline>>;
  /** Messages that are quoted by loaded ones; null: gone. */
  quoted: Readonly<Record<string, Message | null>>;
  outbox: Readonly<Record<string, readonly Pending[]>>;
  editor: Editor | null;
  /** Texts on their way, by the message that they are for. */
  edits: Readonly<Record<string, string>>;
  /** Messages that are about to be deleted. */
  leaving: Readonly<Record<string, true>>;
}

export const initialState: State = {
  session: { phase: 'starting' },
  connection: { phase: 'idle', wasOpen: false },
  overview: { phase: 'none' },
  guilds: {},
  guildOrder: [],
  channels: {},
  directs: [],
  heads: {},
  strayHeads: {},
  roles: {},
  myRoles: {},
  standings: {},
  members: {},
  users: {},
  friends: null,
  blocks: null,
  settings: null,
  presence: {},
  timelines: {},
  quoted: {},
  outbox: {},
  editor: null,
  edits: {},
  leaving: {},
};

/** A tiny observable value: the engine writes, React and tests read. */
export class Store {
  #state = initialState;
  #listeners = new Set<() => void>();

  getSnapshot = (): State => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  update(change: (state: State) => State): void {
    const next = change(this.#state);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}

/** A copy without `key`; the same object where it isn't in. */
export function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  if (!(key in record)) return record;
  const { [key]: _, ...rest } = record;
  return rest;
}
