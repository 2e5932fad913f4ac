import type { Calls } from '../api/calls';
import { problemOf } from '../api/problem';
import type {
  Asserted,
  At,
  Channel,
  Credentials,
  Me,
  MeEdit,
  Overview,
  Registration,
  SecondFactorNeeded,
  SignedIn,
} from '../api/types';
import { apply, applyHead, applyOverview, type Effect, readUpTo } from './apply';
import { Blocks } from './blocks';
import { Changes } from './changes';
import { Connection } from './connection';
import { Drafts } from './drafts';
import { Friends } from './friends';
import { History } from './history';
import { Members } from './members';
import { Outbox } from './outbox';
import { People } from './people';
import type { Platform } from './platform';
import { Activity, withPresences } from './presence';
import { Reader } from './reading';
import { Session } from './session';
import { SharedSettings } from './settings';
import { initialState, Store } from './state';
import { Streams } from './streams';
import { Watches } from './watches';
import type { ServerFrame, StreamEvent } from './wire';

/** Calls with the access token on them, and calls without. */
export interface EngineCalls {
  signed: Calls;
  anonymous: Calls;
}

/**
 * The client without its face: one state, changed by snapshots and events only. Parts talk to each other
 * through this class; the interface reads `store` and calls the methods here.
 */
export class Engine {
  readonly store = new Store();
  readonly calls: EngineCalls;
  readonly session: Session;
  readonly history: History;
  readonly outbox: Outbox;
  readonly people: People;
  readonly members: Members;
  readonly friends: Friends;
  readonly blocks: Blocks;
  readonly settings: SharedSettings;
  readonly reader: Reader;
  readonly drafts: Drafts;
  readonly activity: Activity;
  readonly changes: Changes;
  #platform: Platform;
  #connection: Connection;
  #streams: Streams;
  #watches: Watches;
  #fetching: Promise<void> | null = null;
  #fetchAgain = false;

  constructor(platform: Platform, makeCalls: (token: Tokens) => EngineCalls) {
    this.#platform = platform;
    this.calls = makeCalls({
      token: () => this.session.token(),
      refresh: () => this.session.refresh(),
    });
    const { signed, anonymous } = this.calls;
    const send = this.#sendFrame;
    this.session = new Session(platform, anonymous, {
      signedIn: answer => this.#signedIn(answer),
      signedOut: expired => this.#signedOut(expired),
      stalled: problem => this.store.update(state => ({ ...state, session: { phase: 'starting', problem } })),
    });
    this.#connection = new Connection(platform, {
      token: async refused => {
        if (refused && !(await this.session.refresh())) return null;
        return this.session.token();
      },
      opened: frame => this.#opened(frame),
      frame: frame => this.#receive(frame),
      phase: phase => this.#connectionIs(phase),
    });
    this.#streams = new Streams(platform, {
      apply: event => this.#apply(event),
      watch: (stream, since) => void send({ op: 'watch', streams: { [stream]: since } }),
    });
    this.#watches = new Watches(this.store, this.#streams, send);
    this.outbox = new Outbox(platform, this.store, send);
    this.people = new People(platform, this.store, signed, send);
    this.friends = new Friends(this.store, signed, {
      replay: at => this.#replay(at),
      people: users => this.people.need(users),
    });
    this.blocks = new Blocks(this.store, signed, { replay: at => this.#replay(at) });
    this.settings = new SharedSettings(this.store, signed);
    this.members = new Members(this.store, signed, {
      follow: at => this.#follow(at),
      people: users => this.people.need(users),
    });
    this.reader = new Reader(this.store, send);
    this.drafts = new Drafts(platform.storage);
    this.activity = new Activity(platform, send);
    this.changes = new Changes(platform, this.store, signed);
    this.history = new History(this.store, signed, {
      follow: at => this.#follow(at),
      replay: at => this.#replay(at),
      unfollow: stream => this.#watches.drop([stream]),
      people: users => this.people.need(users),
      shown: channel => this.#shown(channel),
    });
  }

  start(): Promise<void> {
    return this.session.start();
  }

  register(registration: Registration): Promise<'signed in' | 'mail sent'> {
    return this.session.register(registration);
  }

  logIn(credentials: Credentials): Promise<SecondFactorNeeded | null> {
    return this.session.logIn(credentials);
  }

  secondFactor(challenge: string, code: string): Promise<void> {
    return this.session.secondFactor(challenge, code);
  }

  logInByPasskey(passkey: Asserted): Promise<void> {
    return this.session.logInByPasskey(passkey);
  }

  async logOut(): Promise<void> {
    this.changes.flush();
    // Whatever the server answers, this browser forgets; an unreachable server ends the session by time.
    await this.calls.signed.logOut().catch(() => undefined);
    this.drafts.clear();
    this.outbox.clear();
    this.session.end(false);
  }

  /** The machine says that it is offline. */
  doubt(): void {
    this.#connection.doubt();
  }

  /** The network or the page came back. */
  wake(): void {
    this.#connection.wake();
  }

  /** Shows a channel; null: none. */
  show(channel: string | null): void {
    if (channel === this.reader.channel) return;
    this.reader.show(channel);
    if (channel) this.history.open(channel);
  }

  /** Shows a channel at a message. */
  jumpTo(channel: string, message: string): void {
    this.show(channel);
    void this.history.jumpTo(channel, message);
  }

  send(channel: string, text: string, replyTo: string | null): void {
    const timeline = this.store.getSnapshot().timelines[channel];
    if (timeline && !timeline.atEnd) void this.history.toPresent(channel);
    this.history.forgetNew(channel);
    this.outbox.add(channel, text, replyTo);
  }

  /** Marks all of a channel as read. */
  markRead(channel: string): void {
    this.reader.markRead(channel, this.store.getSnapshot().heads[channel]?.number ?? 0);
  }

  /** Fetches the overview anew; one at a time, and once more where it was asked for meanwhile. */
  refetch(): Promise<void> {
    if (this.#fetching) {
      this.#fetchAgain = true;
      return this.#fetching;
    }
    this.#fetching = this.#fetchOverview().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  /** A channel that we made or opened ourselves: shown at once, before its event comes. */
  adopt(channel: Channel): void {
    this.store.update(state => {
      const directs =
        channel.guild || state.directs.includes(channel.id) ? state.directs : [...state.directs, channel.id];
      return readUpTo(
        { ...state, directs, channels: { ...state.channels, [channel.id]: channel } },
        channel.id,
        {},
      );
    });
    this.people.need(channel.recipients);
  }

  /** Changes what the person is to others. */
  editMe(edit: MeEdit): Promise<void> {
    return this.calls.signed.editMe(edit).then(me => this.#iAm(me));
  }

  /** Shows another picture of the person; null: none. */
  async setMyPicture(kind: 'avatar' | 'banner', file: Blob | null): Promise<void> {
    const { signed } = this.calls;
    this.#iAm(await (file ? signed.putMyPicture(kind, file) : signed.deleteMyPicture(kind)));
  }

  #iAm(me: Me): void {
    this.store.update(state => ({ ...state, session: { phase: 'signed_in', me } }));
    this.people.renew(me.id);
  }

  /** The account changed elsewhere. Where asking fails, the next sign-in or renewal of the token tells. */
  async #renewMe(): Promise<void> {
    const me = await this.calls.signed.me();
    if (me.id === this.#me) this.store.update(state => ({ ...state, session: { phase: 'signed_in', me } }));
  }

  #sendFrame = (frame: Parameters<Connection['send']>[0]): boolean => this.#connection.send(frame);

  get #me(): string {
    const { session } = this.store.getSnapshot();
    return session.phase === 'signed_in' ? session.me.id : '';
  }

  #signedIn({ user: me }: SignedIn): void {
    const before = this.#me;
    if (before && before !== me.id) {
      this.#connection.stop();
      this.#forget();
    }
    this.store.update(state => ({ ...state, session: { phase: 'signed_in', me } }));
    if (before === me.id) return;
    this.drafts.of(me.id);
    this.outbox.restore(me.id);
    void this.refetch();
    this.settings.load();
    this.#connection.start();
  }

  #signedOut(expired: boolean): void {
    this.#connection.stop();
    this.#forget();
    this.store.update(() => ({ ...initialState, session: { phase: 'signed_out', expired } }));
  }

  #forget(): void {
    this.history.unloadAll();
    this.#streams.forgetAll();
    this.#watches.reset();
    this.people.reset();
    this.reader.show(null);
    this.store.update(() => initialState);
  }

  async #fetchOverview(): Promise<void> {
    const me = this.#me;
    this.store.update(state =>
      state.overview.phase === 'ready' ? state : { ...state, overview: { phase: 'loading' } },
    );
    let wait = 1_000;
    do {
      this.#fetchAgain = false;
      try {
        const overview = await this.calls.signed.overview();
        if (me !== this.#me) return;
        this.#takeOverview(overview);
      } catch (error) {
        if (me !== this.#me) return;
        const problem = problemOf(error);
        this.store.update(state =>
          state.overview.phase === 'ready' ? state : { ...state, overview: { phase: 'failed', problem } },
        );
        await new Promise<void>(resolve => this.#platform.after(wait, resolve));
        wait = Math.min(15_000, wait * 2);
        this.#fetchAgain = true;
      }
    } while (this.#fetchAgain && me === this.#me);
  }

  #takeOverview(overview: Overview): void {
    const gone = Object.keys(this.store.getSnapshot().channels);
    this.store.update(state => applyOverview(state, overview));
    const { channels } = this.store.getSnapshot();
    for (const channel of gone) if (!(channel in channels)) this.history.unload(channel);
    this.people.need(overview.directs.flatMap(({ channel }) => channel.recipients));
    this.#watches.keepOnly(overview.at);
    this.#follow(overview.at);
    this.friends.load();
    this.blocks.load();
    this.outbox.flush();
  }

  /** Goes on from a snapshot's streams, and watches those that aren't watched from there. */
  #follow(at: At): void {
    const behind = Object.entries(at).filter(([stream, seq]) => this.#streams.place(stream, seq));
    this.#watches.sync(behind.map(([stream]) => stream));
  }

  /** What came after a snapshot is applied again, where it was applied before the snapshot came. */
  #replay(at: At): void {
    const behind = Object.entries(at).filter(([stream, seq]) => seq < (this.#streams.seq(stream) ?? 0));
    this.#follow(Object.fromEntries(behind));
  }

  #opened(frame: Extract<ServerFrame, { op: 'ready' }>): void {
    this.store.update(state => frame.unread.reduce(applyHead, { ...state, presence: {} }));
    this.#watches.renew();
    this.settings.load();
    if (!this.store.getSnapshot().friends) this.friends.load();
    if (!this.store.getSnapshot().blocks) this.blocks.load();
    this.people.tellPresences(true);
    this.activity.connected();
    this.outbox.flush();
    this.reader.tell();
    const channel = this.reader.channel;
    const shown = channel ? this.store.getSnapshot().timelines[channel] : undefined;
    if (channel && shown?.phase === 'failed') void this.history.retry(channel);
  }

  #receive(frame: ServerFrame): void {
    switch (frame.op) {
      case 'event':
        this.#streams.receive(frame);
        break;
      case 'watched':
        this.#streams.confirm(frame.stream, frame.seq);
        break;
      case 'refused':
        this.#refused(frame.stream);
        break;
      case 'reset':
        this.#reset(frame.stream, frame.seq);
        break;
      case 'ack':
        this.#acked(frame.nonce, frame.number);
        break;
      case 'heads':
        this.#heads(frame.heads);
        break;
      case 'profiles':
        this.people.renewKnown(frame.users);
        break;
      case 'presence':
        this.store.update(state => ({ ...state, presence: withPresences(state.presence, frame) }));
        break;
      case 'error':
        if (frame.nonce) this.outbox.refused(frame.nonce, frame.problem);
        break;
    }
  }

  #heads(heads: Record<string, number>): void {
    const lastMessageAt = new Date(this.#platform.now()).toISOString();
    this.store.update(state =>
      Object.entries(heads)
        .filter(([channel, number]) => number > (state.heads[channel]?.number ?? 0))
        .reduce((next, [channel, number]) => readUpTo(next, channel, { number, lastMessageAt }), state),
    );
  }

  #acked(nonce: string, number: number): void {
    const channel = this.outbox.find(nonce)?.channel;
    this.outbox.acked(nonce, number);
    if (!channel) return;
    this.store.update(state => readUpTo(state, channel, { number, marker: number }));
    this.#shown(channel);
  }

  /** The stream isn't ours any more, or the server can't say right now: the overview knows. */
  #refused(stream: string): void {
    this.#watches.drop([stream]);
    this.#platform.after(1_000, () => void this.refetch());
    const channel = stream.startsWith('messages/channel/') ? stream.slice('messages/channel/'.length) : null;
    if (channel && channel === this.reader.channel) void this.history.toPresent(channel);
  }

  #reset(stream: string, seq: number): void {
    this.#streams.place(stream, seq);
    if (!stream.startsWith('messages/channel/')) {
      void this.refetch();
      if (stream.startsWith('guilds/guild/')) this.members.reload(stream.slice('guilds/guild/'.length));
      return;
    }
    const channel = stream.slice('messages/channel/'.length);
    if (channel === this.reader.channel) void this.history.toPresent(channel);
    else this.history.unload(channel);
  }

  #apply(event: StreamEvent): void {
    const { state, effects } = apply(this.store.getSnapshot(), event, this.#me);
    this.store.update(() => state);
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: Effect): void {
    switch (effect.do) {
      case 'refetch':
        void this.refetch();
        break;
      case 'profile':
        this.people.renew(effect.user);
        break;
      case 'me':
        void this.#renewMe().catch(() => undefined);
        break;
      case 'settings':
        this.settings.changedTo(effect.version);
        break;
      case 'people':
        this.people.need(effect.users);
        break;
      case 'settle':
        this.outbox.settle(effect.nonce);
        break;
      case 'said':
        this.#shown(effect.channel);
        break;
      case 'buried':
        this.history.buried(effect.message);
        break;
      case 'unwatch':
        for (const channel of effect.channels) this.history.unload(channel);
        this.#watches.drop([
          ...(effect.guild ? [`guilds/guild/${effect.guild}`] : []),
          ...effect.channels.map(channel => `guilds/channel/${channel}`),
        ]);
        break;
    }
  }

  /** Messages came into a channel: what they confirm is done, and what is seen is read. */
  #shown(channel: string): void {
    const timeline = this.store.getSnapshot().timelines[channel];
    if (!timeline?.atEnd) return;
    this.outbox.settleUpTo(channel, timeline.messages.at(-1)?.number ?? 0);
    if (this.reader.sees(channel)) this.reader.tell();
  }

  #connectionIs(phase: 'connecting' | 'open' | 'waiting' | 'idle'): void {
    if (phase === 'waiting') this.outbox.lost();
    this.store.update(state => {
      const { wasOpen, lostAt } = state.connection;
      if (phase === 'open') return { ...state, connection: { phase, wasOpen: true } };
      if (phase === 'idle') return { ...state, connection: { phase, wasOpen: false } };
      return { ...state, connection: { phase, wasOpen, lostAt: lostAt ?? this.#platform.now() } };
    });
  }
}

/** How calls get their access token. */
export interface Tokens {
  token(): Promise<string | null>;
  refresh(): Promise<boolean>;
}
