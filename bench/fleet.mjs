// Measures what a fleet costs, in about five minutes (BENCH=quick: two), and writes its part of docs/benchmarks.md: what a call
// between processes adds, what a second node with sockets costs, how near sends come to what PostgreSQL can do. Linux only.
//   node bench/fleet.mjs [target/release/guildhall]
// BENCH_OUT=folder writes there instead of to docs/; BENCH_OUT=- writes nothing.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fleet, Raw } from './lib/fleet.mjs';
import { fleetTable, unitsTable } from './lib/fleet-report.mjs';
import { pause, run } from './lib/processes.mjs';
import { intoPage, machine } from './lib/report.mjs';

const LIMIT_MS = 15 * 60_000;
const AFTER_RUN_MS = 300;
const AFTER_MS = 2_500;
const HISTORY = 2_000;
const HALL = 1_000;
const SENDERS = 256;
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const binary = resolve(process.argv[2] ?? join(root, 'target/release/guildhall'));
const quick = process.env.BENCH === 'quick';
const { turns, warm, seconds } = quick ? { turns: 3, warm: 0.5, seconds: 2 } : { turns: 7, warm: 0.7, seconds: 4 };
setTimeout(() => {
  console.error('bench: it took more than a quarter of an hour: ended');
  process.exit(1);
}, LIMIT_MS).unref();

const began = Date.now();
const say = (text) => console.error(`bench ${((Date.now() - began) / 1e3).toFixed(0).padStart(4)} s  ${text}`);
const results = {};
let runs = 0;

async function load(plan) {
  const whole = { run: `${began}-${++runs}`, warm_seconds: warm, seconds, dialect: 'guildhall', ...plan };
  const report = await run(join(root, 'target/release/bench-load'), [], { input: JSON.stringify(whole) });
  await pause(AFTER_RUN_MS);
  return JSON.parse(report);
}

function add(work, report) {
  (results[work] ??= []).push(report);
  const short = Object.entries(report).map(([key, value]) => `${key} ${Number(value.toPrecision(4))}`);
  say(`${work}: ${short.join(', ')}`);
}

const version = (await run(binary, ['--version'])).trim();
const where = machine(version);
say('a fleet starts, and 1,000 people come');
const fleet = await Fleet.start(root, binary, { hall: HALL, senders: SENDERS });
const raw = await Raw.start(fleet);
const [door, other] = fleet.doors;

const filling = { work: 'acks', address: fleet.whole.address, pids: [], seats: fleet.archive, window: 1, count: HISTORY };
const { acks: messages } = await load({ ...filling, seconds: 60, warm_seconds: 0 });

/** One message of the history, by REST. */
async function call(work, { address }, pids) {
  const { room, token } = fleet.archive[0];
  return load({ work: 'pages', address, pids, token, channel: room, messages, page_messages: 1 });
}

/** Deliveries to the hall, whose people are at these doors in turn. */
async function deliver(work, doors, inFlight) {
  const seats = fleet.hall.map((seat, n) => ({ ...seat, address: doors[n % doors.length].address }));
  const pids = doors.map(({ pid }) => pid);
  add(work, await load({ work: 'fanout', address: doors[0].address, pids, seats, in_flight: inFlight }));
}

async function send(work, { address }, pids) {
  add(work, await load({ work: 'acks', address, pids, seats: fleet.senders, window: 1 }));
}

/** In an order that turns round: whoever is first is so in every other turn only. */
const inTurn = async (turn, works) => {
  for (const work of turn % 2 ? works.toReversed() : works) await work();
};

/** What one message makes everywhere, sent through a process that has the sockets and one that has the services. */
async function count() {
  const before = await fleet.counts();
  await send('counted', door, [door.pid, fleet.services.pid, fleet.postgres.pid]);
  // Bells, and the notes that they rang, come a little later.
  await pause(AFTER_MS);
  const after = await fleet.counts();
  const messages = after.messages - before.messages;
  const grown = Object.entries(after).filter(([name]) => name !== 'messages');
  add('per_message', Object.fromEntries(grown.map(([name, value]) => [name, (value - before[name]) / messages])));
}

/** What a person costs who comes: hello, the way home, a watched room. */
async function come() {
  const calls = await fleet.calls(door);
  const pids = [door.pid, fleet.services.pid, fleet.postgres.pid];
  const plan = { work: 'idle', address: door.address, pid: door.pid, pids, seats: fleet.hall, first: 0, settle_seconds: 1, collect: false };
  const report = await load(plan);
  add('per_socket', { ...report, calls: ((await fleet.calls(door)) - calls) / report.sockets });
}

for (let turn = 0; turn < turns; turn += 1) {
  await inTurn(turn, [
    async () => add('call_whole', await call('call_whole', fleet.whole, [fleet.whole.pid])),
    async () => {
      const before = await fleet.calls(door);
      const report = await call('call_grpc', door, [door.pid, fleet.services.pid]);
      // What was asked while it warmed up counts, too: pages of both.
      const asked = report.pages * ((seconds + warm) / seconds);
      add('call_grpc', { ...report, calls: ((await fleet.calls(door)) - before) / asked });
    },
  ]);
  await inTurn(turn, [
    () => deliver('one_node', [door], 16),
    () => deliver('two_nodes', [door, other], 16),
  ]);
  await inTurn(turn, [
    async () => add('raw1', { rows_per_second: await raw.rows(1, Math.ceil(seconds)) }),
    async () => add('raw16', { rows_per_second: await raw.rows(16, Math.ceil(seconds)) }),
    () => send('acks_whole', fleet.whole, [fleet.whole.pid, fleet.postgres.pid]),
    () => send('acks_grpc', door, [door.pid, fleet.services.pid, fleet.postgres.pid]),
  ]);
  await inTurn(turn, [count, come]);
}
await fleet.stop();

const minutes = ((Date.now() - began) / 60_000).toFixed(0);
const told = `${where}; ${quick ? 'a quick run' : 'a whole run'} of ${minutes} minutes.\n\n${fleetTable(results)}\n\n${unitsTable(results)}`;
console.log(told);
writeFileSync(join(root, 'target/fleet.json'), JSON.stringify(results, null, 1));
if (process.env.BENCH_OUT !== '-') {
  const page = join(resolve(process.env.BENCH_OUT ?? join(root, 'docs')), 'benchmarks.md');
  const before = readFileSync(join(root, 'docs/benchmarks.md'), 'utf8');
  writeFileSync(page, intoPage(before, told, 'fleet'));
  console.log(`\nbench: written to ${page}`);
}
process.exit(0);
