// Sends at a steady pace. What isn't acknowledged is sent again after a reconnect, with the same nonce.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Link } from './link.mjs';

/** How many sends may wait for their acknowledgement. */
const IN_FLIGHT = 4;
/** Codes that say "not now": the same send is tried again. All other refusals are final. */
const NOT_NOW = new Set(['unavailable', 'too_busy', 'too_many_sends', 'internal']);
const NOT_NOW_MS = 100;

export class Sender {
  /**
   * `everyMs` is the pace; `repeatOneIn`: so often a frame is sent twice on purpose (0: never); texts are filled up with
   * `filler` to `textLength`.
   */
  constructor({ server, person, channels, history, everyMs, repeatOneIn = 0, textLength = 0, filler = '.' }) {
    Object.assign(this, { person, channels, history, everyMs, repeatOneIn, textLength, filler });
    this.waiting = new Map();
    this.stopped = false;
    this.link = new Link(server.socketUrl, person.token);
    this.link.on('ready', () => this.#resend());
    this.link.on('down', () => this.#unknown());
    this.link.on('frame', (frame) => this.#hear(frame));
  }

  async run() {
    await this.link.open();
    let due = performance.now() + Math.random() * this.everyMs;
    while (!this.stopped) {
      await sleep(Math.max(0, due - performance.now()));
      // Behind its pace (the server was away) it doesn't hurry afterwards.
      due = Math.max(due + this.everyMs, performance.now());
      if (this.waiting.size < IN_FLIGHT && !this.stopped) this.#invoke();
    }
  }

  /** Stops sending new messages, and waits until all are answered. Answers how many stayed without an answer. */
  async finish(withinMs) {
    this.stopped = true;
    const deadline = performance.now() + withinMs;
    while (this.waiting.size > 0 && performance.now() < deadline) await sleep(20);
    this.link.close();
    return this.waiting.size;
  }

  #invoke() {
    const nonce = randomUUID();
    const channel = this.channels[Math.floor(Math.random() * this.channels.length)];
    const text = `${this.person.name} says ${nonce}`.padEnd(this.textLength, this.filler);
    this.waiting.set(nonce, { channel, nonce, text });
    this.history.write('invoke', { process: this.person.name, author: this.person.id, channel, nonce, text });
    this.#say(nonce);
    if (this.repeatOneIn > 0 && Math.random() * this.repeatOneIn < 1) {
      // Somewhat later, so that it isn't always written together with the first.
      setTimeout(() => this.link.say({ op: 'send', channel, nonce, text }), Math.random() * 40);
    }
  }

  #say(nonce) {
    const draft = this.waiting.get(nonce);
    if (draft) this.link.say({ op: 'send', ...draft });
  }

  #resend() {
    for (const nonce of this.waiting.keys()) this.#say(nonce);
  }

  #unknown() {
    for (const { channel, nonce } of this.waiting.values()) {
      this.history.write('info', { process: this.person.name, channel, nonce });
    }
  }

  #hear(frame) {
    const of = { process: this.person.name, nonce: frame.nonce };
    if (frame.op === 'ack') {
      const { id, seq, number } = frame;
      // A repeat is acknowledged again, which must be the same answer.
      const channel = this.waiting.get(frame.nonce)?.channel;
      this.history.write('ok', { ...of, channel, id, seq, number });
      this.waiting.delete(frame.nonce);
    } else if (frame.op === 'error' && this.waiting.has(frame.nonce)) {
      const { code } = frame.problem;
      if (NOT_NOW.has(code)) {
        this.history.write('info', { ...of, channel: this.waiting.get(frame.nonce).channel, code });
        setTimeout(() => this.#say(frame.nonce), NOT_NOW_MS);
      } else {
        this.history.write('fail', { ...of, channel: this.waiting.get(frame.nonce).channel, code });
        this.waiting.delete(frame.nonce);
      }
    }
  }
}
