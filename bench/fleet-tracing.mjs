// Measures what tracing costs an acknowledged send, in about two minutes: processes that send spans to a collector beside processes that
// don't, in turns, on the same PostgreSQL and NATS. Linux only; writes nothing.
//   node bench/fleet-tracing.mjs [target/release/guildhall]
import { createServer } from 'node:http2';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fleet, SERVICES } from './lib/fleet.mjs';
import { freePort, pause, run } from './lib/processes.mjs';
import { digits, machine, median } from './lib/report.mjs';

const LIMIT_MS = 10 * 60_000;
const SENDERS = 64;
const TURNS = 7;
const [WARM, SECONDS] = [0.5, 3];
/** Which share is traced, by what it is called; none: no collector. */
const SHARES = { 'without tracing': null, 'one in a hundred traced': '0.01', 'all traced': '1' };
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const binary = resolve(process.argv[2] ?? join(root, 'target/release/guildhall'));
setTimeout(() => {
  console.error('bench: it took more than ten minutes: ended');
  process.exit(1);
}, LIMIT_MS).unref();

/** Takes all spans and keeps none. Answers its address, and how many bytes came. */
async function collector() {
  let bytes = 0;
  const server = createServer((request, response) => {
    request.on('data', (data) => (bytes += data.length));
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/grpc' });
      response.addTrailers({ 'grpc-status': '0' });
      // An empty message: all was taken.
      response.end(Buffer.alloc(5));
    });
  });
  const port = await freePort();
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return { address: `http://127.0.0.1:${port}`, taken: () => bytes };
}

let runs = 0;
async function acks({ address, pids }, seats) {
  const plan = { work: 'acks', address, pids, seats, window: 1, run: `t${Date.now()}-${++runs}`, warm_seconds: WARM, seconds: SECONDS, dialect: 'guildhall' };
  const report = JSON.parse(await run(join(root, 'target/release/bench-load'), [], { input: JSON.stringify(plan) }));
  await pause(300);
  return report;
}

const version = (await run(binary, ['--version'])).trim();
const where = machine(version);
const fleet = await Fleet.start(root, binary, { hall: 10, senders: SENDERS });
const sink = await collector();
const shapes = [];
for (const [how, share] of Object.entries(SHARES)) {
  const traced = share && { GUILDHALL_TELEMETRY_OTLP_ENDPOINT: sink.address, GUILDHALL_TELEMETRY_SAMPLE_RATIO: share };
  const services = await freePort();
  const there = Object.fromEntries(SERVICES.map((role) => [`GUILDHALL_RPC_${role.toUpperCase()}`, `http://127.0.0.1:${services}`]));
  const serve = (port) => ({ GUILDHALL_ROLES: SERVICES.join(','), GUILDHALL_RPC_LISTEN: `127.0.0.1:${port}`, ...there, ...traced });
  const behind = await fleet.process('services', null, serve, services);
  const open = (port) => ({ GUILDHALL_ROLES: 'gateway,realtime', GUILDHALL_LISTEN: `127.0.0.1:${port}`, ...there, ...traced });
  const door = await fleet.process('door', '/ws', open);
  const whole = await fleet.process('node', '/ws', (port) => ({ GUILDHALL_LISTEN: `127.0.0.1:${port}`, ...traced }));
  shapes.push({ shape: 'one process', how, address: whole.address, pids: [whole.pid], all: [whole], us: [] });
  shapes.push({ shape: 'door and services', how, address: door.address, pids: [door.pid, behind.pid], all: [door, behind], us: [] });
}
await pause(2_000);
for (let turn = 0; turn < TURNS; turn += 1) {
  for (const shape of turn % 2 ? shapes.toReversed() : shapes) {
    const report = await acks(shape, fleet.senders);
    shape.us.push(report.cpu_us_per_ack);
    console.error(`bench: ${shape.shape}, ${shape.how}: ${digits(report.cpu_us_per_ack)} µs, ${digits(report.acks_per_second)}/s`);
  }
}
if (sink.taken() === 0) throw new Error('the collector got nothing: this measured no tracing');

console.log(`${where}; ${SENDERS} senders, ${TURNS} turns.\n`);
console.log('| an acknowledged send | CPU of Guildhall | beside it without tracing, same turn |\n| --- | --- | --- |');
for (const { shape, how, us } of shapes) {
  const plain = shapes.find((other) => other.shape === shape && SHARES[other.how] === null);
  const ratios = us.map((value, turn) => value / plain.us[turn]);
  const spread = `**${digits(median(us))}** (${digits(Math.min(...us))}–${digits(Math.max(...us))}) µs`;
  console.log(`| ${shape}, ${how} | ${spread} | ${plain.us === us ? '' : `${median(ratios).toFixed(2)} ×`} |`);
}
console.log(`\nThe collector took ${digits(sink.taken() / 1e6)} MB.`);
for (const one of shapes.flatMap(({ all }) => all)) await one.stop();
await fleet.stop();
process.exit(0);
