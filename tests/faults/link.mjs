// A client's link to the socket: says hello, hands on what it hears, and comes back by itself after a jittered wait.
import { EventEmitter } from 'node:events';
import { WebSocket } from 'ws';

const BACKOFF_MS = 50;
const BACKOFF_MOST_MS = 1_000;

/**
 * Events: `ready` (after every hello), `down` (the link was lost), `frame` (each JSON frame). `url` may be changed at
 * any time: it counts for the next connection.
 */
export class Link extends EventEmitter {
  constructor(url, token) {
    super();
    Object.assign(this, { url, token, up: false, closed: false, failures: 0, lastClose: null });
  }

  /** Connects, and answers when the server has said ready for the first time. */
  open() {
    this.#connect();
    return new Promise((done) => this.once('ready', done));
  }

  /** Whether the frame went to a link that is up; what is said while it is down is for the caller to repeat. */
  say(frame) {
    if (!this.up) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.terminate();
  }

  #connect() {
    const socket = new WebSocket(this.url, { perMessageDeflate: false });
    this.socket = socket;
    socket.on('open', () => socket.send(JSON.stringify({ op: 'hello', token: this.token })));
    socket.on('message', (data) => {
      const frame = JSON.parse(data.toString());
      if (frame.op === 'ready') {
        this.up = true;
        this.failures = 0;
        this.emit('ready', frame);
      } else if (!this.up && frame.op === 'error') {
        socket.terminate();
      }
      this.emit('frame', frame);
    });
    // What went wrong ends in `close`, too.
    socket.on('error', () => {});
    socket.on('close', (code) => this.#lost(code));
  }

  #lost(code) {
    const was = this.up;
    this.up = false;
    this.lastClose = code;
    if (was) this.emit('down', code);
    if (this.closed) return;
    const most = Math.min(BACKOFF_MS * 2 ** this.failures++, BACKOFF_MOST_MS);
    this.timer = setTimeout(() => this.#connect(), most * (0.5 + Math.random()));
  }
}
