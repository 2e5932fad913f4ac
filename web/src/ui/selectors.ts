import type { Channel, FriendState, Message } from '../api/types';
import type { State } from '../engine/state';

const byGuild = new WeakMap<object, Map<string, Channel[]>>();
const none: Channel[] = [];

/** A guild's channels in their order; the same array while no channel changes. */
export function channelsOf({ channels }: State, guild: string): readonly Channel[] {
  let sorted = byGuild.get(channels);
  if (!sorted) {
    sorted = new Map();
    for (const channel of Object.values(channels)) {
      if (!channel.guild) continue;
      const list = sorted.get(channel.guild) ?? [];
      sorted.set(channel.guild, [...list, channel]);
    }
    for (const list of sorted.values()) list.sort(inOrder);
    byGuild.set(channels, sorted);
  }
  return sorted.get(guild) ?? none;
}

function inOrder(a: Channel, b: Channel): number {
  return a.position - b.position || a.id.length - b.id.length || (a.id < b.id ? -1 : 1);
}

export function unreadOf({ heads }: State, channel: string): number {
  const head = heads[channel];
  return head ? Math.max(0, head.number - head.marker) : 0;
}

export function guildHasUnread(state: State, guild: string): boolean {
  return channelsOf(state, guild).some(channel => unreadOf(state, channel.id) > 0);
}

export function directsUnread(state: State): number {
  return state.directs.reduce((sum, id) => sum + unreadOf(state, id), 0);
}

export function totalUnread(state: State): number {
  return Object.keys(state.heads).reduce((sum, id) => sum + unreadOf(state, id), 0);
}

const sortedDirects = new WeakMap<object, { heads: object; list: readonly string[] }>();

/** Directs, the liveliest first. */
export function directsInOrder({ directs, heads }: State): readonly string[] {
  const known = sortedDirects.get(directs);
  if (known?.heads === heads) return known.list;
  const at = (id: string) => heads[id]?.lastMessageAt ?? '';
  const sorted = directs.toSorted((a, b) => (at(a) < at(b) ? 1 : at(a) > at(b) ? -1 : 0));
  const list = known && known.list.join() === sorted.join() ? known.list : sorted;
  sortedDirects.set(directs, { heads, list });
  return list;
}

const byState = new WeakMap<object, Record<FriendState, string[]>>();
const nobody: Record<FriendState, string[]> = { friend: [], incoming: [], outgoing: [] };

/** Who stands to the person in each way; the same arrays while nobody changes. */
export function friendsIn({ friends }: State): Readonly<Record<FriendState, readonly string[]>> {
  if (!friends) return nobody;
  let sorted = byState.get(friends);
  if (!sorted) {
    sorted = { friend: [], incoming: [], outgoing: [] };
    for (const friend of Object.values(friends)) sorted[friend.state].push(friend.user);
    byState.set(friends, sorted);
  }
  return sorted;
}

/** Whether a message in a guild is from somebody who is blocked. */
export function isFoldedIn({ blocks, channels }: State, { author, channel }: Message): boolean {
  return blocks?.[author] === true && !!channels[channel]?.guild;
}

/** The other person of a direct. */
export function otherIn(channel: Channel, me: string): string {
  return channel.recipients.find(user => user !== me) ?? channel.recipients[0] ?? '';
}

/** What a channel is called, without its `#`. */
export function channelName(state: State, channel: Channel, me: string): string {
  if (channel.guild) return channel.name;
  return state.users[otherIn(channel, me)]?.display_name ?? 'Direct message';
}

export const pathOf = (channel: Channel): string =>
  channel.guild ? `/channels/${channel.guild}/${channel.id}` : `/directs/${channel.id}`;
