// A fleet and what it stands on, and the ways to take parts of it away (tests/with-fleet).
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Load } from '../load.mjs';
import { Server } from '../server.mjs';

const BACK_MS = 10_000;

/** PostgreSQL and NATS: `stop`, `start`. */
const engine = (name) => (what) => {
  const control = process.env[`GUILDHALL_TEST_${name}_CONTROL`];
  if (control === undefined) throw new Error('these tests need a fleet: run them under tests/with-fleet');
  execFileSync(control, [what], { stdio: ['ignore', 'ignore', 'inherit'] });
};
export const postgres = engine('POSTGRES');
export const nats = engine('NATS');

/** Who runs: `[{role, pid, port}]`, with the port of those that people connect to. */
export const processes = (server) => JSON.parse(readFileSync(join(server.data, 'fleet.json'), 'utf8'));

/** The ports of the processes that people connect to. */
export function doors(server) {
  const ports = (role) => processes(server).filter((process) => [role, 'all'].includes(process.role)).map(({ port }) => port);
  return { gateway: ports('gateway'), realtime: ports('realtime') };
}

/** The same fleet, through one process of each kind instead of the load balancer. */
export function through(server, gateway, realtime) {
  return Object.assign(Object.create(server), { url: `http://127.0.0.1:${gateway}`, socketUrl: `ws://127.0.0.1:${realtime}/ws` });
}

/** Ends one process and waits until it has come back; answers after how many milliseconds. */
export async function restart(server, place, signal) {
  const before = processes(server)[place];
  const began = performance.now();
  process.kill(before.pid, signal);
  while (performance.now() - began < BACK_MS) {
    if (processes(server)[place].pid !== before.pid) return performance.now() - began;
    await sleep(20);
  }
  throw new Error(`${before.role} did not come back`);
}

/** A fleet under a load that fits several processes on one machine. */
export async function loaded(t, options = {}) {
  const server = await Server.start();
  t.after(() => server.stop());
  const load = await Load.start(server, { senders: 10, readers: 20, channels: 10, rate: 100, ...options });
  t.after(() => load.abandon());
  await load.run(1);
  return { server, load };
}
