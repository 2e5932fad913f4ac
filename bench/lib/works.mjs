// The works: what is asked of the servers, in turns. Each turn gives every server one run of each work; what is reported
// is the median of the turns.
import { join } from 'node:path';
import { newFolder, settle, startGuildhall } from './guildhall.mjs';
import { peers, startPeer, startPostgres } from './peers.mjs';
import { pause, pssMb, run } from './processes.mjs';

const HALL = 1_000;
const ROOMS = 200;
const ROOM = 10;
const PEOPLE = 2_400;
const IDLE = 2_000;
const SENDERS = 64;
const PAGE = 50;
const SETTLE_SECONDS = 1;
const AFTER_RUN_MS = 200;

// On a machine that is busy with other things, a work that has had its time takes fewer turns, but no fewer than the least.
const FULL = {
  turns: 5, idleTurns: 3, startTurns: 5, warm: 0.7, seconds: 2.5, history: 100_000, idleMs: 3_000, minutes: 14, least: 2,
};
const QUICK = {
  turns: 2, idleTurns: 1, startTurns: 3, warm: 0.3, seconds: 1, history: 100_000, idleMs: 1_500, minutes: 2.8, least: 1,
};
/** Which share of the whole time has passed when a work should be over. */
const OVER = { starts: 0.15, idle: 0.25, fanout: 0.74, acknowledgements: 0.9, pages: 1 };

export const WORKS = ['starts', 'idle', 'fanout', 'acknowledgements', 'pages'];

export class Bench {
  constructor(root, binary, quick) {
    Object.assign(this, { root, binary, size: quick ? QUICK : FULL, results: {}, runs: 0 });
    this.began = Date.now();
  }

  say(text) {
    console.error(`bench ${((Date.now() - this.began) / 1e3).toFixed(0).padStart(4)} s  ${text}`);
  }

  add(work, server, report) {
    this.results[work] ??= {};
    (this.results[work][server] ??= []).push(report);
    const short = Object.entries(report).map(([key, value]) => `${key} ${Number(value.toPrecision(4))}`);
    this.say(`${work} ${server}: ${short.join(', ')}`);
  }

  async load(plan) {
    const { warm, seconds } = this.size;
    // Nonces of different runs never meet.
    const whole = { run: `${this.began}-${++this.runs}`, warm_seconds: warm, seconds, ...plan };
    const report = await run(join(this.root, 'target/release/bench-load'), [], { input: JSON.stringify(whole) });
    await pause(AFTER_RUN_MS);
    return JSON.parse(report);
  }

  /** Every server of these, in an order that moves on from turn to turn. */
  async turns(name, count, servers, work) {
    const over = this.began + OVER[name] * this.size.minutes * 60_000;
    for (let turn = 0; turn < count; turn += 1) {
      if (turn >= this.size.least && Date.now() > over) return;
      for (let n = 0; n < servers.length; n += 1) await work(servers[(n + turn) % servers.length], turn);
    }
  }

  async run(works) {
    this.data = newFolder();
    const guildhall = await this.guildhall();
    this.say(`${PEOPLE} people come`);
    this.seats = await settle(guildhall, { people: PEOPLE, hall: HALL, size: ROOM, senders: SENDERS });
    await guildhall.stop();
    for (const work of WORKS) if (works.includes(work)) await this[work]();
    return this.results;
  }

  async guildhall() {
    return { ...(await startGuildhall(this.binary, this.data)), dialect: 'guildhall', collect: false };
  }

  /** How each server is started, Guildhall first. */
  starters(env) {
    const others = Object.entries(peers(this.root, env));
    return [['guildhall', () => this.guildhall()], ...others.map(([name, peer]) => [name, () => startPeer(name, peer)])];
  }

  /** Start to the first open socket, and memory before anyone came. */
  async starts() {
    const starters = this.starters().filter(([name]) => name !== 'coalesced');
    await this.turns('starts', this.size.startTurns, starters, async ([name, begin], turn) => {
      const server = await begin();
      const report = { start_ms: server.startMs };
      if (turn === 0) {
        await pause(this.size.idleMs);
        report.idle_mb = pssMb(server.pid);
      }
      await server.stop();
      this.add('start', name, report);
    });
  }

  /** Sockets that say nothing, on servers that nobody used before. */
  async idle() {
    const starters = this.starters().filter(([name]) => name !== 'coalesced');
    await this.turns('idle', this.size.idleTurns, starters, async ([name, begin]) => {
      const { dialect, address, pid, collect, stop } = await begin();
      const plan = { work: 'idle', dialect, address, pid, collect, first: PEOPLE - IDLE, settle_seconds: SETTLE_SECONDS };
      this.add('idle', name, await this.load({ ...plan, seats: this.seats.rooms }));
      await stop();
    });
  }

  async fanout() {
    const servers = [];
    for (const [, begin] of this.starters()) servers.push(await begin());
    const few = this.seats.rooms.slice(0, ROOMS * ROOM);
    const works = [
      ['hall16', this.seats.hall, 16],
      ['hall1', this.seats.hall, 1],
      ['rooms', few, 1],
    ];
    await this.turns('fanout', this.size.turns, works, async ([work, seats, inFlight], turn) => {
      for (let n = 0; n < servers.length; n += 1) {
        const { name, dialect, address, pid } = servers[(n + turn) % servers.length];
        const plan = { work: 'fanout', dialect, address, pids: [pid], seats, in_flight: inFlight };
        this.add(work, name, await this.load(plan));
      }
    });
    for (const server of servers) await server.stop();
  }

  /** Senders that wait for the disk; the peers keep their messages in PostgreSQL, whose CPU counts as theirs. */
  async acknowledgements() {
    const postgres = await startPostgres(this.root);
    const servers = [await this.guildhall()];
    if (postgres) {
      const keeping = peers(this.root, { BENCH_POSTGRES_URL: postgres.url });
      for (const name of ['ws', 'socketio']) servers.push(await startPeer(name, keeping[name]));
    }
    await this.turns('acknowledgements', this.size.turns, servers, async ({ name, dialect, address, pid }) => {
      const pids = name === 'guildhall' ? [pid] : [pid, postgres.pid];
      const plan = { work: 'acks', dialect, address, pids, window: 1 };
      this.add('acks64', name, await this.load({ ...plan, seats: this.seats.senders }));
      this.add('acks1', name, await this.load({ ...plan, seats: this.seats.senders.slice(0, 1) }));
      if (name === 'guildhall') {
        const sync = await this.load({ work: 'sync', folder: this.data, seconds: this.size.seconds / 2 });
        this.add('acks1', 'floor', sync);
      }
    });
    for (const server of servers) await server.stop();
    await postgres?.stop();
  }

  async pages() {
    const { pid, address, stop } = await this.guildhall();
    const seats = this.seats.archive;
    const fill = { work: 'acks', dialect: 'guildhall', address, pids: [pid], seats, window: 16, count: this.size.history };
    this.say(`${this.size.history} messages are sent`);
    const filled = await this.load({ ...fill, warm_seconds: 0, seconds: 60 });
    if (filled.acks < this.size.history) throw new Error(`only ${filled.acks} messages could be kept in a minute`);
    const { room, token } = seats[0];
    const plan = { work: 'pages', address, pids: [pid], token, channel: room, messages: filled.acks, page_messages: PAGE };
    await this.turns('pages', this.size.turns, [plan], async () => {
      this.add('pages', 'guildhall', await this.load(plan));
    });
    await stop();
  }
}
