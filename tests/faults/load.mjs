// The load: senders and readers over real sockets, everything written down. As a program it runs against a private
// server without any fault and judges it: `node load.mjs --seconds 30 --senders 20 --readers 40 --channels 20 --rate 400`.
import { join } from 'node:path';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { check, report } from './checker.mjs';
import { readFinal, readHeads } from './final.mjs';
import { History, readHistory } from './history.mjs';
import { Reader } from './reader.mjs';
import { Sender } from './sender.mjs';
import { Server } from './server.mjs';
import { makeWorld } from './world.mjs';

/** Of `items`, every reader gets so many, all are given out about equally often. */
const share = (items, count, turn) => Array.from({ length: Math.min(count, items.length) }, (_, i) => items[(turn * count + i) % items.length]);

const DEFAULTS = { senders: 20, readers: 40, channels: 20, perReader: 5, rate: 400, repeatOneIn: 50 };

export class Load {
  /** Registers everybody and connects all. `rate` is in messages per second, all senders together. */
  static async start(server, options = {}) {
    const load = new Load();
    load.server = server;
    load.options = { ...DEFAULTS, ...options };
    load.world = await makeWorld(server, load.options);
    load.history = new History(join(server.folder, 'history.jsonl'));
    load.#people();
    await Promise.all(load.readers.map((reader) => reader.open()));
    while (!load.readers.every((reader) => reader.isSettled)) await sleep(20);
    load.sending = load.senders.map((sender) => sender.run());
    return load;
  }

  #people() {
    const { server, history, world } = this;
    const { senders, rate, perReader, repeatOneIn } = this.options;
    const everyMs = (senders * 1_000) / rate;
    const { channels, secret } = world;
    this.senders = world.senders.map(
      (person) => new Sender({ server, person, channels, history, everyMs, repeatOneIn }),
    );
    const reader = (person, watched) =>
      new Reader({ server, person, channels: watched, history, may: (channel) => world.may(person, channel) });
    this.readers = world.readers.map((person, i) => reader(person, share(channels, perReader, i)));
    // Both try the private channel, and the one from outside an open one as well.
    const last = world.readers.at(-1);
    this.readers.push(reader(last, [secret]), reader(world.outsider, [secret, channels[0]]));
  }

  async run(seconds) {
    await sleep(seconds * 1_000);
  }

  /** Waits until so many sends are without an answer, for a second at most: the moment to disturb the server. */
  async underWay(sends) {
    const waiting = () => this.senders.reduce((sum, sender) => sum + sender.waiting.size, 0);
    for (const end = performance.now() + 1_000; waiting() < sends && performance.now() < end; ) await immediate();
  }

  /** Stops sending, waits until every reader has caught up (or doesn't), and reads the final state. */
  async finish({ answerMs = 20_000, catchUpMs = 15_000 } = {}) {
    const left = await Promise.all(this.senders.map((sender) => sender.finish(answerMs)));
    await Promise.all(this.sending);
    const { server, world } = this;
    await this.caughtUp(await readHeads(server, world.owner.token, world.channels), catchUpMs);
    for (const reader of this.readers) reader.close();
    await this.history.close();
    this.final = await readFinal(server, world.owner.token, world.channels);
    this.unanswered = left.reduce((sum, count) => sum + count, 0);
    return this;
  }

  /** Waits until every reader has come to `heads`, for so long at most; answers how long that took. */
  async caughtUp(heads, withinMs) {
    const isWhole = (reader) =>
      [...reader.streams.keys()].every((channel) => !this.world.may(reader.person, channel) || reader.last(channel) >= heads[channel]);
    const began = performance.now();
    while (!this.readers.every(isWhole) && performance.now() - began < withinMs) await sleep(20);
    return performance.now() - began;
  }

  /** Ends without a judgement, as when the test has failed already. */
  async abandon() {
    for (const end of [...this.senders, ...this.readers]) {
      end.stopped = true;
      (end.close ? end : end.link).close();
    }
    await this.history.close();
  }

  /** The judge's word on what happened, after `finish`. */
  judge() {
    const violations = check(readHistory(this.history.file), this.final);
    const refusals = this.readers.slice(-2).flatMap((reader) => [...reader.refused]);
    return { violations, said: report(violations), counts: this.history.count, refusals, unanswered: this.unanswered };
  }

  summary() {
    const { invoke, ok, info, receive } = this.history.count;
    const resets = this.readers.reduce((sum, reader) => sum + reader.resets, 0);
    return `${invoke} sent, ${ok} acknowledged, ${info} in doubt for a while, ${receive} received, ${resets} resets`;
  }
}

const main = async () => {
  const number = (value) => ({ type: 'string', default: String(value) });
  const { values } = parseArgs({
    options: {
      seconds: number(10),
      senders: number(DEFAULTS.senders),
      readers: number(DEFAULTS.readers),
      channels: number(DEFAULTS.channels),
      rate: number(DEFAULTS.rate),
    },
  });
  const { seconds, ...options } = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
  const server = await Server.start();
  try {
    const load = await Load.start(server, options);
    await load.run(seconds);
    await load.finish();
    console.log(load.summary());
    const { violations, said } = load.judge();
    console.log(violations.length === 0 ? 'no promise was broken' : said);
    process.exitCode = violations.length === 0 ? 0 : 1;
  } finally {
    await server.stop();
  }
};

if (import.meta.filename === process.argv[1]) await main();
