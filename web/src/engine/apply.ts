import type { Channel, Head, Message, Overview, Role } from '../api/types';
import { type Reading, type State, without } from './state';
import * as timelines from './timeline';
import type { EventData, StreamEvent } from './wire';

/** What an event asks for beyond the change of state. */
export type Effect =
  | { do: 'refetch' }
  | { do: 'profile'; user: string }
  | { do: 'me' }
  | { do: 'settings'; version: number }
  | { do: 'people'; users: readonly string[] }
  | { do: 'settle'; nonce: string }
  | { do: 'said'; channel: string }
  | { do: 'buried'; message: string }
  | { do: 'unwatch'; guild?: string; channels: readonly string[] };

export interface Applied {
  state: State;
  effects: readonly Effect[];
}

type Handlers = { [K in keyof EventData]?: (state: State, data: EventData[K], me: string) => Applied };

const only = (state: State, ...effects: Effect[]): Applied => ({ state, effects });

const handlers: Handlers = {
  message_sent(state, { message, nonce }, me) {
    const { channel, number, author } = message;
    let next = readUpTo(state, channel, { number, lastMessageAt: message.sent_at });
    if (author === me) next = readUpTo(next, channel, { marker: number });
    const timeline = next.timelines[channel];
    if (timeline) {
      const timelinesNext = { ...next.timelines, [channel]: timelines.receive(timeline, message) };
      next = { ...next, timelines: timelinesNext };
    }
    const effects: Effect[] = [
      { do: 'people', users: [author] },
      { do: 'said', channel },
    ];
    if (author === me) effects.push({ do: 'settle', nonce });
    return { state: next, effects };
  },

  message_edited: (state, { message }) => only(putMessage(state, message)),

  message_deleted(state, { message }) {
    const changed = Object.fromEntries(
      Object.entries(state.timelines).map(([id, timeline]) => [id, timelines.bury(timeline, message)]),
    );
    const quote = state.quoted[message];
    const quoted = quote
      ? { ...state.quoted, [message]: { ...quote, text: '', deleted: true } }
      : state.quoted;
    return only({ ...state, timelines: changed, quoted }, { do: 'buried', message });
  },

  marker_moved: (state, { channel, number }) => only(readUpTo(state, channel, { marker: number })),

  guild_edited: (state, { guild }) =>
    only(guild.id in state.guilds ? { ...state, guilds: { ...state.guilds, [guild.id]: guild } } : state),

  guild_deleted: (state, { guild }) => dropGuild(state, guild),

  guild_joined: (state, { guild }) => (guild in state.guilds ? only(state) : only(state, { do: 'refetch' })),

  guild_left: (state, { guild }) => dropGuild(state, guild),

  member_joined(state, { guild: id, user, at }) {
    const guild = state.guilds[id];
    const list = state.members[id];
    if (!guild || list?.items.some(member => member.user === user)) return only(state);
    const guilds = { ...state.guilds, [id]: { ...guild, member_count: guild.member_count + 1 } };
    if (!list) return only({ ...state, guilds });
    // A list that isn't loaded to its end will meet the newcomer there.
    const items = list.next === null ? [...list.items, { guild: id, user, joined_at: at }] : list.items;
    const members = { ...state.members, [id]: { ...list, items } };
    return only({ ...state, guilds, members }, { do: 'people', users: [user] });
  },

  member_left(state, { guild: id, user }, me) {
    if (user === me) return dropGuild(state, id);
    const guild = state.guilds[id];
    if (!guild) return only(state);
    const guilds = { ...state.guilds, [id]: { ...guild, member_count: Math.max(1, guild.member_count - 1) } };
    const list = state.members[id];
    if (!list) return only({ ...state, guilds });
    const items = list.items.filter(member => member.user !== user);
    return only({ ...state, guilds, members: { ...state.members, [id]: { ...list, items } } });
  },

  channel_created: (state, { channel }) => putChannel(state, channel),
  channel_edited: (state, { channel }) => putChannel(state, channel),
  direct_opened: (state, { channel }) => putChannel(state, channel),

  channel_deleted: (state, { channel }) =>
    only(dropChannel(state, channel), { do: 'unwatch', channels: [channel] }),

  role_created: (state, { role }) =>
    withRoles(state, role.guild, roles => [
      ...roles.slice(0, -1).filter(({ id }) => id !== role.id),
      role,
      ...roles.slice(-1),
    ]),

  role_edited: (state, { role }) =>
    withRoles(state, role.guild, roles => roles.map(old => (old.id === role.id ? role : old))),

  role_deleted: (state, { guild, role }) => {
    const { state: next } = withRoles(state, guild, roles => roles.filter(({ id }) => id !== role));
    const myRoles = next.myRoles[guild]?.filter(id => id !== role) ?? [];
    const list = next.members[guild];
    const items = list?.items.map(member => ({ ...member, roles: member.roles?.filter(id => id !== role) }));
    const members = list && items ? { ...next.members, [guild]: { ...list, items } } : next.members;
    return only({ ...next, members, myRoles: { ...next.myRoles, [guild]: myRoles } });
  },

  roles_ordered: (state, { guild, roles: order }) =>
    withRoles(state, guild, roles => [
      ...order.flatMap(id => roles.find(role => role.id === id) ?? []),
      ...roles.slice(-1),
    ]),

  member_roles_changed(state, { guild, user, roles }, me) {
    if (!(guild in state.guilds)) return only(state);
    const myRoles = user === me ? { ...state.myRoles, [guild]: roles } : state.myRoles;
    const list = state.members[guild];
    if (!list) return only({ ...state, myRoles });
    const items = list.items.map(member => (member.user === user ? { ...member, roles } : member));
    return only({ ...state, myRoles, members: { ...state.members, [guild]: { ...list, items } } });
  },

  member_edited(state, { guild, user, nickname = null, timed_out_until = null }, me) {
    const mine = user === me ? state.standings[guild] : undefined;
    const standings = mine
      ? { ...state.standings, [guild]: { ...mine, timedOutUntil: timed_out_until } }
      : state.standings;
    const list = state.members[guild];
    if (!list) return only({ ...state, standings });
    const items = list.items.map(member =>
      member.user === user ? { ...member, nickname, timed_out_until } : member,
    );
    return only({ ...state, standings, members: { ...state.members, [guild]: { ...list, items } } });
  },

  access_changed: (state, { users }, me) =>
    !users || users.includes(me) ? only(state, { do: 'refetch' }) : only(state),

  profile_edited: (state, { user }, me) =>
    user === me ? only(state, { do: 'profile', user }, { do: 'me' }) : only(state, { do: 'profile', user }),

  friend_changed(state, { user, state: how, since }) {
    // The list that is on its way says from when it is: what came after that is told again.
    if (!state.friends) return only(state);
    const friends = how
      ? { ...state.friends, [user]: { user, state: how, since } }
      : without(state.friends, user);
    return only({ ...state, friends }, { do: 'people', users: [user] });
  },

  block_changed(state, { user, is_blocked }) {
    if (!state.blocks) return only(state);
    const blocks = is_blocked ? { ...state.blocks, [user]: true as const } : without(state.blocks, user);
    return only({ ...state, blocks });
  },

  settings_changed: (state, { version }) => only(state, { do: 'settings', version }),

  account_changed: (state, { user }, me) => (user === me ? only(state, { do: 'me' }) : only(state)),
};

/** The state after an event. Pure: the same event on the same state always gives the same. */
export function apply(state: State, event: StreamEvent, me: string): Applied {
  const handler = handlers[event.kind] as ((s: State, d: unknown, me: string) => Applied) | undefined;
  // Kinds are added over time: one that we don't know yet changes nothing here.
  return handler ? handler(state, event.data, me) : only(state);
}

/**
 * Moves the head or the marker of a channel forward; neither ever goes back. What is told of a channel that isn't
 * known yet waits for whatever brings the channel.
 */
export function readUpTo(state: State, channel: string, to: Partial<Reading>): State {
  const place = channel in state.channels ? 'heads' : 'strayHeads';
  const old = state[place][channel];
  const next = forward(old ?? nothingRead, to);
  return next === old ? state : { ...state, [place]: { ...state[place], [channel]: next } };
}

const nothingRead: Reading = { number: 0, marker: 0, lastMessageAt: null };

function forward(old: Reading, to: Partial<Reading>): Reading {
  const marker = Math.max(old.marker, to.marker ?? 0);
  // Only what was said can be read, so the head is at least there, too.
  const number = Math.max(old.number, to.number ?? 0, marker);
  const isLater = (to.lastMessageAt ?? '') > (old.lastMessageAt ?? '');
  const lastMessageAt = isLater ? (to.lastMessageAt ?? null) : old.lastMessageAt;
  const isSame = number === old.number && marker === old.marker && lastMessageAt === old.lastMessageAt;
  return isSame && old !== nothingRead ? old : { number, marker, lastMessageAt };
}

/** A message as it is now, where it is loaded or quoted. */
export function putMessage(state: State, message: Message): State {
  const timeline = state.timelines[message.channel];
  const quote = state.quoted[message.id];
  const next = timeline && timelines.replace(timeline, message);
  return {
    ...state,
    timelines: next ? { ...state.timelines, [message.channel]: next } : state.timelines,
    quoted:
      quote && timelines.isLater(message, quote) ? { ...state.quoted, [message.id]: message } : state.quoted,
  };
}

/** The channel has come: what was told of it before is taken over. */
function takeStray(state: State, channel: string): State {
  const next = readUpTo(state, channel, state.strayHeads[channel] ?? {});
  return { ...next, strayHeads: without(next.strayHeads, channel) };
}

function putChannel(state: State, channel: Channel): Applied {
  if (channel.guild && !(channel.guild in state.guilds)) return only(state);
  const channels = { ...state.channels, [channel.id]: channel };
  const isNewDirect = !channel.guild && !state.directs.includes(channel.id);
  const directs = isNewDirect ? [...state.directs, channel.id] : state.directs;
  const next = takeStray({ ...state, channels, directs }, channel.id);
  return only(next, { do: 'people', users: channel.recipients });
}

/** Changes a guild's list of roles; where each stands is its place in the list. */
function withRoles(
  state: State,
  guild: string,
  change: (roles: readonly Role[]) => readonly Role[],
): Applied {
  const before = state.roles[guild];
  if (!before) return only(state);
  const list = change(before);
  const roles = list.map((role, place) => ({ ...role, position: list.length - 1 - place }));
  return only({ ...state, roles: { ...state.roles, [guild]: roles } });
}

function dropChannel(state: State, channel: string): State {
  return {
    ...state,
    channels: without(state.channels, channel),
    heads: without(state.heads, channel),
    timelines: without(state.timelines, channel),
    directs: state.directs.includes(channel) ? state.directs.filter(id => id !== channel) : state.directs,
  };
}

function dropGuild(state: State, guild: string): Applied {
  if (!(guild in state.guilds)) return only(state);
  const channels = Object.values(state.channels).filter(channel => channel.guild === guild);
  const next = channels.reduce((rest, channel) => dropChannel(rest, channel.id), state);
  const without_ = {
    ...next,
    guilds: without(next.guilds, guild),
    guildOrder: next.guildOrder.filter(id => id !== guild),
    roles: without(next.roles, guild),
    myRoles: without(next.myRoles, guild),
    standings: without(next.standings, guild),
    members: without(next.members, guild),
  };
  return only(without_, { do: 'unwatch', guild, channels: channels.map(channel => channel.id) });
}

/** Replaces the structure by a fresh overview. Heads and markers only move forward. */
export function applyOverview(state: State, overview: Overview): State {
  const views = [...overview.guilds.flatMap(view => view.channels), ...overview.directs];
  const kept = new Set(views.map(view => view.channel.id));
  let next: State = {
    ...state,
    overview: { phase: 'ready' },
    guilds: Object.fromEntries(overview.guilds.map(({ guild }) => [guild.id, guild])),
    guildOrder: overview.guilds.map(({ guild }) => guild.id),
    roles: Object.fromEntries(overview.guilds.map(({ guild, roles }) => [guild.id, roles ?? []])),
    myRoles: Object.fromEntries(overview.guilds.map(({ guild, my_roles }) => [guild.id, my_roles ?? []])),
    standings: Object.fromEntries(
      overview.guilds.map(({ guild, permissions = 0, in_channels = {}, timed_out_until = null }) => [
        guild.id,
        { permissions, inChannels: in_channels, timedOutUntil: timed_out_until },
      ]),
    ),
    channels: Object.fromEntries(views.map(({ channel }) => [channel.id, channel])),
    directs: overview.directs.map(({ channel }) => channel.id),
    users: { ...state.users, ...Object.fromEntries(overview.users.map(user => [user.id, user])) },
    heads: Object.fromEntries(Object.entries(state.heads).filter(([id]) => kept.has(id))),
    timelines: Object.fromEntries(Object.entries(state.timelines).filter(([id]) => kept.has(id))),
    members: Object.fromEntries(
      Object.entries(state.members).filter(([id]) => overview.guilds.some(({ guild }) => guild.id === id)),
    ),
  };
  for (const { head } of views) next = takeStray(applyHead(next, head), head.channel);
  return next;
}

/** Where a channel stands, as the server told. */
export function applyHead(state: State, head: Head): State {
  const { number, marker, last_message_at } = head;
  return readUpTo(state, head.channel, { number, marker, lastMessageAt: last_message_at ?? null });
}
