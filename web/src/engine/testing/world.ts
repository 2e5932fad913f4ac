import type { Calls, Window } from '../../api/calls';
import { ProblemError, unreachable } from '../../api/problem';
import type {
  Channel,
  Friend,
  FriendState,
  Guild,
  Member,
  Message,
  Overview,
  Role,
  Settings,
  SettingsEdit,
  User,
} from '../../api/types';
import type { EngineCalls } from '../engine';
import type { StreamEvent } from '../wire';
import { changeCalls } from './changes';
import type { FakePlatform, FakeSocket } from './platform';

interface Client {
  socket: FakeSocket;
  watched: Set<string>;
  user: string;
}

type Sent = { nonce: string; seq: number; message: Message };

/** A small server that keeps the promises of the real one: streams without holes, nonces, snapshots with `at`. */
export class World {
  readonly me = '1';
  users: Record<string, User> = {};
  guilds: Record<string, Guild> = {};
  members: Record<string, Member[]> = {};
  /** The highest first, everyone's at the end. */
  roles: Record<string, Role[]> = {};
  channels: Record<string, Channel> = {};
  allowed: Record<string, Set<string>> = {};
  messages: Record<string, Message[]> = {};
  markers: Record<string, number> = {};
  streams: Record<string, StreamEvent[]> = {};
  friends: Record<string, Friend> = {};
  blocks: Record<string, true> = {};
  settings: Settings = {
    theme: 'system',
    density: 'cosy',
    enter_sends: true,
    notification_sound: true,
    version: 0,
  };
  clients: Client[] = [];
  isDown = false;
  /** Calls for people, by how many were asked about. */
  asked: number[] = [];
  isSessionOver = false;
  refreshes = 0;
  /** Sends that arrive but whose answer is lost with the connection. */
  losesAnswers = false;
  /** Gets every event before it is sent; false: lost on the way. */
  passes: (event: StreamEvent) => boolean = () => true;
  #sent = new Map<string, Sent>();
  #lastId = 100;

  constructor(readonly platform: FakePlatform) {
    platform.onSocket = socket => this.#connect(socket);
    for (const id of ['1', '2', '3']) this.users[id] = this.#user(id);
  }

  get calls(): EngineCalls {
    const calls = this.#calls();
    return { signed: calls, anonymous: calls };
  }

  addGuild(members = ['1', '2']): string {
    const id = this.#id();
    const owner = members[0] ?? '1';
    this.guilds[id] = { id, name: `Guild ${id}`, owner, member_count: 0, created_at: this.#now() };
    this.members[id] = [];
    this.roles[id] = [];
    this.#placeRoles(id, [this.#role(id, id, '@everyone')]);
    for (const user of members) this.join(id, user);
    this.addChannel(id, 'general');
    return id;
  }

  join(guild: string, user: string): void {
    const joined = { guild, user, joined_at: this.#now() };
    this.members[guild]?.push(joined);
    this.#guild(guild).member_count += 1;
    this.emit(`guilds/guild/${guild}`, 'member_joined', { guild, user, at: joined.joined_at });
    this.emit(`guilds/user/${user}`, 'guild_joined', { guild, user, at: joined.joined_at });
  }

  /** What others see of a person changes; those who show the person are told, if the word isn't lost. */
  changeProfile(id: string, change: Partial<User>, isTold = true): void {
    this.users[id] = { ...this.#user(id), ...this.users[id], ...change };
    if (isTold) for (const { socket } of this.clients) socket.give({ op: 'profiles', users: [id] });
  }

  changeSettings(edit: SettingsEdit): Settings {
    this.settings = { ...this.settings, ...(edit as Partial<Settings>), version: this.settings.version + 1 };
    this.emit(`people/user/${this.me}`, 'settings_changed', { version: this.settings.version });
    return this.settings;
  }

  /** How somebody stands to the person changes; null: nothing any more. */
  befriend(user: string, state: FriendState | null): void {
    const since = this.#now();
    if (state) this.friends[user] = { user, state, since };
    else delete this.friends[user];
    this.emit(`people/user/${this.me}`, 'friend_changed', { user, state, since });
  }

  /** A block ends what is between the two, as the server has it. */
  block(user: string, is_blocked: boolean): void {
    if (is_blocked) this.blocks[user] = true;
    else delete this.blocks[user];
    this.emit(`people/user/${this.me}`, 'block_changed', { user, is_blocked, since: this.#now() });
    if (is_blocked && this.friends[user]) this.befriend(user, null);
  }

  leave(guild: string, user: string): void {
    this.members[guild] = (this.members[guild] ?? []).filter(member => member.user !== user);
    this.#guild(guild).member_count -= 1;
    this.emit(`guilds/guild/${guild}`, 'member_left', { guild, user, at: this.#now() });
    this.emit(`guilds/user/${user}`, 'guild_left', { guild, user, at: this.#now() });
    if (user === this.me) this.refuse(stream => stream.startsWith('guilds/guild/') && stream.endsWith(guild));
  }

  rename(guild: string, name: string): void {
    const edited = { ...this.#guild(guild), name };
    this.guilds[guild] = edited;
    this.emit(`guilds/guild/${guild}`, 'guild_edited', { guild: edited });
  }

  addRole(guild: string): void {
    const [role, roles] = [this.#role(guild, this.#id(), 'Role'), this.roles[guild] ?? []];
    this.#placeRoles(guild, [...roles.slice(0, -1), role, ...roles.slice(-1)]);
    const made = this.roles[guild]?.find(({ id }) => id === role.id) ?? role;
    this.emit(`guilds/guild/${guild}`, 'role_created', { role: made });
  }

  editRole(role: Role, name: string): void {
    Object.assign(role, { name });
    this.emit(`guilds/guild/${role.guild}`, 'role_edited', { role: { ...role } });
  }

  deleteRole({ guild, id }: Role): void {
    this.#placeRoles(guild, this.roles[guild]?.filter(role => role.id !== id) ?? []);
    for (const member of this.members[guild] ?? []) member.roles = member.roles?.filter(role => role !== id);
    this.emit(`guilds/guild/${guild}`, 'role_deleted', { guild, role: id });
  }

  /** Turns the order of a guild's roles around. */
  reverseRoles(guild: string): void {
    const roles = this.roles[guild] ?? [];
    const order = roles.slice(0, -1).reverse();
    this.#placeRoles(guild, [...order, ...roles.slice(-1)]);
    this.emit(`guilds/guild/${guild}`, 'roles_ordered', { guild, roles: order.map(({ id }) => id) });
  }

  /** Gives a member a role, or takes it where the member has it. */
  handRole(member: Member, role: string): void {
    const held = member.roles ?? [];
    member.roles = held.includes(role) ? held.filter(id => id !== role) : [...held, role];
    const { guild, user, roles } = member;
    this.emit(`guilds/guild/${guild}`, 'member_roles_changed', { guild, user, roles });
    this.emit(`guilds/guild/${guild}`, 'access_changed', { guild, users: [user] });
  }

  deleteGuild(guild: string): void {
    const channels = Object.values(this.channels).filter(channel => channel.guild === guild);
    this.emit(`guilds/guild/${guild}`, 'guild_deleted', { guild, channels: channels.map(({ id }) => id) });
    for (const { id } of channels) delete this.channels[id];
    delete this.guilds[guild];
    delete this.members[guild];
    delete this.roles[guild];
  }

  addChannel(guild: string, name: string, allowed?: string[]): string {
    const channel = this.#channel({ guild, name, private: allowed !== undefined });
    if (allowed) this.allowed[channel.id] = new Set(allowed);
    this.emit(this.#structureOf(channel), 'channel_created', { channel });
    if (allowed) {
      // Nobody can watch the new channel's stream yet: those who see it learn of it by their access.
      const users = [...allowed, this.#guild(guild).owner];
      this.emit(`guilds/guild/${guild}`, 'access_changed', { guild, users });
    }
    return channel.id;
  }

  editChannel(id: string, change: Partial<Channel>): void {
    const channel = { ...this.#channelOf(id), ...change };
    this.channels[id] = channel;
    this.emit(this.#structureOf(channel), 'channel_edited', { channel });
  }

  deleteChannel(id: string): void {
    const channel = this.#channelOf(id);
    this.emit(this.#structureOf(channel), 'channel_deleted', { guild: channel.guild ?? '', channel: id });
    delete this.channels[id];
  }

  setAllowed(id: string, user: string, isAllowed: boolean): void {
    const { guild } = this.#channelOf(id);
    if (isAllowed) this.allowed[id]?.add(user);
    else this.allowed[id]?.delete(user);
    this.emit(`guilds/guild/${guild}`, 'access_changed', { guild: guild ?? '', users: [user] });
  }

  openDirect(user: string): string {
    const channel = this.#channel({ recipients: [this.me, user] });
    for (const id of channel.recipients) this.emit(`guilds/user/${id}`, 'direct_opened', { channel });
    return channel.id;
  }

  say(channel: string, author: string, text: string, nonce = this.#id()): Sent {
    const key = `${author}/${channel}/${nonce}`;
    const known = this.#sent.get(key);
    if (known) return known;
    const list = this.messages[channel] ?? [];
    this.messages[channel] = list;
    const message: Message = {
      id: this.#id(),
      channel,
      number: list.length + 1,
      author,
      text,
      reply_to: null,
      sent_at: this.#now(),
      deleted: false,
    };
    list.push(message);
    const event = this.emit(`messages/channel/${channel}`, 'message_sent', { nonce, message });
    this.read(channel, author, message.number);
    const sent = { nonce, seq: event.seq, message };
    this.#sent.set(key, sent);
    for (const client of this.clients)
      client.socket.give({ op: 'heads', heads: { [channel]: message.number } });
    return sent;
  }

  deleteMessage(channel: string, number: number): void {
    const message = this.messages[channel]?.[number - 1];
    if (!message || message.deleted) return;
    const list = this.messages[channel] ?? [];
    list[number - 1] = { ...message, text: '', deleted: true };
    this.emit(`messages/channel/${channel}`, 'message_deleted', { message: message.id, number });
  }

  read(channel: string, user: string, number: number): void {
    if ((this.markers[`${user}/${channel}`] ?? 0) >= number) return;
    this.markers[`${user}/${channel}`] = number;
    this.emit(`messages/user/${user}`, 'marker_moved', { channel, number, user });
  }

  emit<K extends StreamEvent['kind']>(
    stream: string,
    kind: K,
    data: Extract<StreamEvent, { kind: K }>['data'],
  ) {
    const log = this.streams[stream] ?? [];
    this.streams[stream] = log;
    const event = { stream, seq: log.length + 1, id: this.#id(), at: this.#now(), kind, data } as StreamEvent;
    log.push(structuredClone(event));
    for (const client of this.clients) {
      if (client.watched.has(stream) && this.passes(event)) client.socket.give({ op: 'event', ...event });
    }
    return event;
  }

  /** The server goes down or comes back; sockets break with it. */
  down(isDown: boolean, code = 1006): void {
    this.isDown = isDown;
    const lost = this.clients;
    this.clients = [];
    for (const { socket } of lost) socket.break(code);
  }

  refuse(which: (stream: string) => boolean): void {
    for (const client of this.clients) {
      for (const stream of [...client.watched].filter(which)) {
        client.watched.delete(stream);
        client.socket.give({ op: 'refused', stream, problem: unreachable });
      }
    }
  }

  overview(): Overview {
    const mine = Object.values(this.guilds).filter(({ id }) => this.#isMember(id));
    const at: Record<string, number> = {};
    const place = (stream: string) => {
      at[stream] = this.streams[stream]?.length ?? 0;
    };
    for (const service of ['accounts', 'people', 'guilds', 'messages']) place(`${service}/user/${this.me}`);
    const view = (channel: Channel) => ({ channel, head: this.#head(channel.id) });
    const guilds = mine.map(guild => {
      place(`guilds/guild/${guild.id}`);
      const seen = Object.values(this.channels).filter(item => item.guild === guild.id && this.#sees(item));
      for (const channel of seen) if (channel.private) place(`guilds/channel/${channel.id}`);
      const my_roles = this.members[guild.id]?.find(({ user }) => user === this.me)?.roles ?? [];
      const roles = this.roles[guild.id] ?? [];
      return { guild, channels: seen.map(view), roles, my_roles, permissions: 3, in_channels: {} };
    });
    const directs = Object.values(this.channels).filter(item => !item.guild && this.#sees(item));
    return structuredClone({ guilds, directs: directs.map(view), users: [this.#user(this.me)], at });
  }

  history(channel: string, window: Window, limit: number) {
    const all = this.messages[channel] ?? [];
    const { before, after, around } = window;
    let items = all.slice(-limit);
    if (before !== undefined) items = all.filter(({ number }) => number < before).slice(-limit);
    if (after !== undefined) items = all.filter(({ number }) => number > after).slice(0, limit);
    if (around !== undefined) {
      const at = all.findIndex(({ id, number }) => id === around || number === around);
      items = all.slice(Math.max(0, at - limit / 2), at + limit / 2);
    }
    const edge = after === undefined ? items[0]?.number : items.at(-1)?.number;
    const isMore = after === undefined ? (edge ?? 1) > 1 : (edge ?? all.length) < all.length;
    const stream = `messages/channel/${channel}`;
    const next = isMore ? String(edge) : null;
    return structuredClone({ items, next, at: { [stream]: this.streams[stream]?.length ?? 0 } });
  }

  #connect(socket: FakeSocket): void {
    const client: Client = { socket, watched: new Set(), user: '' };
    socket.onClosed = () => {
      this.clients = this.clients.filter(other => other !== client);
    };
    socket.onSend = frame => this.#receive(client, frame);
    queueMicrotask(() => (this.isDown ? socket.break() : socket.onopen?.()));
  }

  #receive(client: Client, frame: Record<string, unknown>): void {
    if (frame.op === 'hello') this.#hello(client);
    else if (frame.op === 'watch') this.#watch(client, frame.streams as Record<string, number>);
    else if (frame.op === 'send')
      this.#takeMessage(client, frame as { channel: string; nonce: string; text: string });
    else if (frame.op === 'read') this.read(frame.channel as string, this.me, frame.number as number);
    else if (frame.op === 'ping') client.socket.give({ op: 'pong' });
    else if (frame.op === 'unwatch') {
      for (const stream of frame.streams as string[]) client.watched.delete(stream);
    }
  }

  #hello(client: Client): void {
    if (this.isSessionOver) {
      client.socket.break(4001);
      return;
    }
    this.clients.push(client);
    for (const service of ['accounts', 'people', 'guilds', 'messages']) {
      client.watched.add(`${service}/user/${this.me}`);
    }
    client.socket.give({ op: 'ready', user: this.me, unread: this.#unread(), ping_every: 30 });
  }

  #watch(client: Client, streams: Record<string, number>): void {
    for (const [stream, since] of Object.entries(streams)) {
      const log = this.streams[stream] ?? [];
      for (const event of log.slice(since)) client.socket.give({ op: 'event', ...event });
      client.watched.add(stream);
      client.socket.give({ op: 'watched', stream, seq: log.length });
    }
  }

  #takeMessage(client: Client, { channel, nonce, text }: { channel: string; nonce: string; text: string }) {
    if (text === 'refuse') {
      const problem = { ...unreachable, status: 422, code: 'text_unfit' };
      return client.socket.give({ op: 'error', nonce, problem });
    }
    if (this.losesAnswers) {
      this.clients = this.clients.filter(other => other !== client);
      this.say(channel, this.me, text, nonce);
      return client.socket.break();
    }
    const { message, seq } = this.say(channel, this.me, text, nonce);
    client.socket.give({ op: 'ack', nonce, id: message.id, seq, number: message.number });
  }

  #calls(): Calls {
    const answer = async <T>(make: () => T): Promise<T> => {
      await Promise.resolve();
      if (this.isDown) throw new ProblemError(unreachable);
      return make();
    };
    const signIn = () => {
      const me = { ...this.#user(this.me), email: 'me@example.org', operator: true };
      return { user: me, access_token: `token-${this.refreshes}`, expires_in: 900 };
    };
    const calls: Partial<Calls> = {
      logIn: () => answer(signIn),
      refresh: () =>
        answer(() => {
          this.refreshes += 1;
          if (this.isSessionOver)
            throw new ProblemError({ ...unreachable, status: 401, code: 'session_over' });
          return signIn();
        }),
      overview: () => answer(() => this.overview()),
      // A page for each, as long lists come.
      friends: after =>
        answer(() => {
          const stream = `people/user/${this.me}`;
          const left = Object.values(this.friends)
            .filter(friend => friend.user > (after ?? ''))
            .sort((a, b) => (a.user < b.user ? -1 : 1));
          const items = structuredClone(left.slice(0, 1));
          const next = left.length > 1 ? (items[0]?.user ?? null) : null;
          return { items, next, at: { [stream]: this.streams[stream]?.length ?? 0 } };
        }),
      blocks: () =>
        answer(() => {
          const stream = `people/user/${this.me}`;
          const items = Object.keys(this.blocks).map(user => ({ user, since: this.#now() }));
          return { items, next: null, at: { [stream]: this.streams[stream]?.length ?? 0 } };
        }),
      settings: () => answer(() => this.settings),
      editSettings: edit => answer(() => this.changeSettings(edit)),
      users: ids => {
        this.asked.push(ids.length);
        return answer(() => ({ items: ids.flatMap(id => this.users[id] ?? []) }));
      },
      ...changeCalls(this, answer),
      history: (channel, window, limit = 50) => answer(() => this.history(channel, window, limit)),
      members: guild =>
        answer(() => ({
          items: structuredClone(this.members[guild] ?? []),
          next: null,
          at: { [`guilds/guild/${guild}`]: this.streams[`guilds/guild/${guild}`]?.length ?? 0 },
        })),
    };
    return calls as Calls;
  }

  #unread() {
    const seen = Object.values(this.channels).filter(channel => this.#sees(channel) && this.#isIn(channel));
    return seen.map(({ id }) => this.#head(id)).filter(({ number, marker }) => number > marker);
  }

  #isIn(channel: Channel): boolean {
    return !channel.guild || this.#isMember(channel.guild);
  }

  #head(channel: string) {
    const list = this.messages[channel] ?? [];
    const marker = this.markers[`${this.me}/${channel}`] ?? 0;
    return { channel, number: list.length, marker, last_message_at: list.at(-1)?.sent_at ?? null };
  }

  #channel(change: Partial<Channel>): Channel {
    const id = this.#id();
    const position = Object.keys(this.channels).length;
    const kind = change.guild ? ('text' as const) : ('direct' as const);
    const base = { id, kind, guild: null, name: '', topic: '', private: false, position, recipients: [] };
    const channel = { ...base, created_at: this.#now(), ...change };
    this.channels[id] = channel;
    return channel;
  }

  #isMember(guild: string): boolean {
    return this.members[guild]?.some(({ user }) => user === this.me) ?? false;
  }

  #sees(channel: Channel): boolean {
    if (!channel.guild) return channel.recipients.includes(this.me);
    const isOwner = this.guilds[channel.guild]?.owner === this.me;
    return !channel.private || isOwner || (this.allowed[channel.id]?.has(this.me) ?? false);
  }

  #role(guild: string, id: string, name: string): Role {
    return { id, guild, name, color: null, hoisted: false, permissions: 3, position: 0 };
  }

  #placeRoles(guild: string, roles: Role[]): void {
    for (const [place, role] of roles.entries()) role.position = roles.length - 1 - place;
    this.roles[guild] = roles;
  }

  #structureOf({ guild, id, private: isPrivate }: Channel): string {
    return isPrivate ? `guilds/channel/${id}` : `guilds/guild/${guild}`;
  }

  #guild(id: string): Guild {
    const guild = this.guilds[id];
    if (!guild) throw new Error(`no guild ${id}`);
    return guild;
  }

  #channelOf(id: string): Channel {
    const channel = this.channels[id];
    if (!channel) throw new Error(`no channel ${id}`);
    return channel;
  }

  #user(id: string): User {
    return { id, display_name: `User ${id}`, created_at: '2026-01-01T00:00:00Z' };
  }

  #id(): string {
    this.#lastId += 1;
    return String(this.#lastId);
  }

  #now(): string {
    return new Date(this.platform.time).toISOString();
  }
}
