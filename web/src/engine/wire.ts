import type { Channel, FriendState, Guild, Head, Message, Overwrite, Problem, Role } from '../api/types';
import type { Seen } from './presence';

/** What each kind of event holds, as the server's contracts name it. */
export interface EventData {
  message_sent: { nonce: string; message: Message };
  message_edited: { message: Message };
  message_deleted: { message: string; number: number; redacted?: number[] };
  marker_moved: { channel: string; number: number; user: string };
  guild_edited: { guild: Guild };
  guild_deleted: { guild: string; channels: string[] };
  member_joined: Membership;
  member_left: Membership;
  guild_joined: Membership;
  guild_left: Membership;
  channel_created: { channel: Channel };
  channel_edited: { channel: Channel };
  direct_opened: { channel: Channel };
  channel_deleted: { guild: string; channel: string };
  role_created: { role: Role };
  role_edited: { role: Role };
  role_deleted: { guild: string; role: string };
  roles_ordered: { guild: string; roles: string[] };
  member_roles_changed: { guild: string; user: string; roles: string[] };
  member_edited: { guild: string; user: string; nickname?: string | null; timed_out_until?: string | null };
  overwrites_changed: { overwrite: Overwrite };
  access_changed: { guild: string; users?: string[] | null };
  profile_edited: { user: string };
  friend_changed: { user: string; state?: FriendState | null; since: string };
  block_changed: { user: string; is_blocked: boolean; since: string };
  settings_changed: { version: number };
  session_started: { session: string };
  session_ended: { session: string };
  account_registered: { user: string };
  account_changed: { user: string };
}

interface Membership {
  guild: string;
  user: string;
  at: string;
}

export type EventKind = keyof EventData;

/** One change in a stream; `seq` counts 1, 2, 3 … there, without holes. */
export type StreamEvent<K extends EventKind = EventKind> = {
  [Kind in K]: { stream: string; seq: number; id: string; at: string; kind: Kind; data: EventData[Kind] };
}[K];

export type ServerFrame =
  | ({ op: 'event' } & StreamEvent)
  | { op: 'ready'; user: string; unread: Head[]; ping_every: number }
  | { op: 'watched'; stream: string; seq: number }
  | { op: 'refused'; stream: string; problem: Problem }
  | { op: 'reset'; stream: string; seq: number }
  | { op: 'ack'; nonce: string; id: string; seq: number; number: number }
  | { op: 'heads'; heads: Record<string, number> }
  | { op: 'presence'; users: Record<string, boolean>; states?: Record<string, Seen> }
  | { op: 'profiles'; users: string[] }
  | { op: 'pong' }
  | { op: 'error'; ref?: string; nonce?: string; problem: Problem };

export type ClientFrame =
  | { op: 'hello'; token: string }
  | { op: 'watch'; streams: Record<string, number> }
  | { op: 'unwatch'; streams: string[] }
  | { op: 'watch_presence'; users: string[] }
  | { op: 'send'; channel: string; nonce: string; text: string; reply_to?: string }
  | { op: 'read'; channel: string; number: number }
  | { op: 'presence'; status: 'online' | 'idle' }
  | { op: 'ping' };

/** Close codes that say why the server hung up. */
export const SESSION_ENDED = 4001;
export const RESTARTING = 1012;
