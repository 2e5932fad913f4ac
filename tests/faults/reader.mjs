// Reads channels by the client's rule: the next seq is shown, a lower one dropped, a higher one waits 50 ms and then
// the stream is watched again after the last one; so is everything after a reconnect, and what the server couldn't answer.
import { Link } from './link.mjs';

const GAP_MS = 50;
const HISTORY_PAGE = 100;
const UNAVAILABLE = 503;

export class Reader {
  /** `may(channel)`: whether it should be able to read the channel. */
  constructor({ server, person, channels, history, may }) {
    Object.assign(this, { server, person, history, resets: 0, refused: new Set(), live: new Set() });
    this.streams = new Map(channels.map((channel) => [channel, { seq: 0, number: 0, gap: null, ahead: new Map() }]));
    for (const channel of channels) {
      history.write('reader', { reader: person.name, channel, may: may(channel) });
    }
    this.link = new Link(server.socketUrl, person.token);
    this.link.on('ready', () => this.#watch([...this.streams.keys()]));
    this.link.on('down', () => this.live.clear());
    this.link.on('frame', (frame) => this.#hear(frame));
  }

  open() {
    return this.link.open();
  }

  /** Whether everything is watched again, after whatever happened to the link. */
  get isLive() {
    return this.link.up && this.live.size === this.streams.size;
  }

  /** Whether everything was answered that it asked to watch. */
  get isSettled() {
    return [...this.streams.keys()].every((channel) => this.live.has(channel) || this.refused.has(channel));
  }

  /** What it is about, for who waits in vain. */
  get state() {
    const streams = [...this.streams].map(([channel, { seq }]) => `${channel} at ${seq}${this.live.has(channel) ? '' : ', not live'}`);
    return `${this.link.up ? 'up' : `down by ${this.link.lastClose}`}; ${streams}; refused: ${[...this.refused]}`;
  }

  /** Stops taking bytes from the socket, without closing it. */
  stall() {
    this.link.socket.pause();
  }

  resume() {
    this.link.socket.resume();
  }

  close() {
    for (const stream of this.streams.values()) clearTimeout(stream.gap);
    this.link.close();
  }

  /** The last `seq` that was shown of a channel. */
  last(channel) {
    return this.streams.get(channel).seq;
  }

  #watch(channels) {
    const since = (channel) => [`messages/channel/${channel}`, this.streams.get(channel).seq];
    this.link.say({ op: 'watch', streams: Object.fromEntries(channels.map(since)) });
  }

  #hear(frame) {
    const channel = /^messages\/channel\/(\d+)$/.exec(frame.stream ?? '')?.[1];
    const stream = this.streams.get(channel);
    if (channel === undefined) return;
    if (frame.op === 'event') {
      // What was never asked for is written down as well: the checker must hear of it.
      if (stream === undefined) this.#show(channel, { seq: 0, number: 0 }, frame);
      else this.#take(channel, stream, frame);
    } else if (frame.op === 'watched') {
      this.live.add(channel);
    } else if (frame.op === 'refused') {
      if (frame.problem.status === UNAVAILABLE) setTimeout(() => this.#watch([channel]), frame.problem.retry_after * 1_000).unref();
      else this.refused.add(channel);
    } else if (frame.op === 'reset') {
      this.#refetch(channel, stream, frame.seq);
    }
  }

  #take(channel, stream, event) {
    if (stream.refetching) {
      stream.ahead.set(event.seq, event);
    } else if (event.seq === stream.seq + 1) {
      this.#show(channel, stream, event);
      this.#takeAhead(channel, stream);
    } else if (event.seq > stream.seq) {
      stream.ahead.set(event.seq, event);
      stream.gap ??= setTimeout(() => {
        stream.gap = null;
        if (stream.ahead.size === 0) return;
        stream.ahead.clear();
        this.#watch([channel]);
      }, GAP_MS);
    }
  }

  #takeAhead(channel, stream) {
    for (let next; (next = stream.ahead.get(stream.seq + 1)); ) this.#show(channel, stream, next);
    for (const seq of stream.ahead.keys()) if (seq <= stream.seq) stream.ahead.delete(seq);
  }

  #show(channel, stream, event) {
    stream.seq = event.seq;
    if (event.kind !== 'message_sent') return;
    const { nonce, message } = event.data;
    stream.number = message.number;
    this.#write(channel, { seq: event.seq, nonce, via: 'event' }, message);
  }

  #write(channel, how, { id, number, text }) {
    this.history.write('receive', { reader: this.person.name, channel, id, number, text, ...how });
  }

  /** Too far behind for events: the messages are fetched from the history, and events count from `seq` on. */
  async #refetch(channel, stream, seq) {
    this.resets += 1;
    stream.refetching = true;
    for (;;) {
      const path = `/channels/${channel}/messages?limit=${HISTORY_PAGE}&after=${stream.number}`;
      const page = await this.server.call('GET', path, { token: this.person.token }).catch(() => null);
      // The link is down or will be: watching again begins anew.
      if (page === null) break;
      for (const message of page.items) {
        stream.number = message.number;
        this.#write(channel, { via: 'history' }, message);
      }
      if (page.items.length < HISTORY_PAGE) {
        // In these channels each event is a message, so that what is fetched says how far it reaches.
        stream.seq = Math.max(seq, stream.number);
        break;
      }
    }
    stream.refetching = false;
    this.#takeAhead(channel, stream);
    this.#watch([channel]);
  }
}
