// A fleet as it is measured: PostgreSQL that syncs, NATS, and processes with some of the roles each, all on one community.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { newFolder, settle, SETTINGS } from './guildhall.mjs';
import { startPostgres } from './peers.mjs';
import { cpuUs, freePort, pause, run, start } from './processes.mjs';

const READY_MS = 30_000;
export const SERVICES = ['accounts', 'people', 'guilds', 'messages', 'files', 'overview'];
const TOKEN = 'the-secret-of-a-fleet-that-lives-for-a-run';

const ROWS = `SELECT (SELECT SUM(number) FROM messages.heads) AS messages,
  pg_total_relation_size('messages.events') AS log_bytes, pg_total_relation_size('messages.messages') AS message_bytes`;

export class Fleet {
  /** Starts the engines, the processes and the community: who is in the hall, who sends. */
  static async start(root, binary, { hall, senders }) {
    const fleet = new Fleet();
    fleet.binary = binary;
    fleet.postgres = await startPostgres(root);
    if (fleet.postgres === null) throw new Error('a fleet needs PostgreSQL');
    const require = createRequire(new URL('../peers/package.json', import.meta.url));
    fleet.database = new (require('pg').Client)({ connectionString: fleet.postgres.url });
    await fleet.database.connect();
    fleet.monitor = await freePort();
    fleet.nats = await start('nats-server', null, (port) => ({
      command: 'nats-server',
      args: ['-a', '127.0.0.1', '-p', String(port), '-m', String(fleet.monitor), '-js', '-sd', newFolder()],
      env: { PATH: `${process.env.PATH}:/usr/sbin` },
    }));
    fleet.blobs = newFolder();
    const services = await freePort();
    const addresses = SERVICES.map((role) => [`GUILDHALL_RPC_${role.toUpperCase()}`, `http://127.0.0.1:${services}`]);
    const there = Object.fromEntries(addresses);
    const settings = (port) => ({ GUILDHALL_ROLES: SERVICES.join(','), GUILDHALL_RPC_LISTEN: `127.0.0.1:${port}`, ...there });
    fleet.services = await fleet.process('services', null, settings, services);
    const door = (port) => ({ GUILDHALL_ROLES: 'gateway,realtime', GUILDHALL_LISTEN: `127.0.0.1:${port}`, ...there });
    fleet.doors = [await fleet.process('door', '/ws', door), await fleet.process('another door', '/ws', door)];
    // Everything in one process, on the same database: an identical node.
    fleet.whole = await fleet.process('node', '/ws', (port) => ({ GUILDHALL_LISTEN: `127.0.0.1:${port}` }));
    for (const door of [...fleet.doors, fleet.whole]) await isReady(door);
    const seats = await settle(fleet.whole, { people: hall, hall: 1, size: hall, senders });
    return Object.assign(fleet, { hall: seats.rooms, senders: seats.senders, archive: seats.archive });
  }

  async process(name, path, settings, at) {
    const metrics = await freePort();
    const common = {
      ...SETTINGS,
      GUILDHALL_DATABASE_URL: this.postgres.url,
      GUILDHALL_BUS_URL: `nats://${this.nats.address}`,
      GUILDHALL_BLOBS_URL: `file:${this.blobs}?shared`,
      GUILDHALL_SERVICE_TOKEN: TOKEN,
      GUILDHALL_DATA: newFolder(),
      GUILDHALL_METRICS_LISTEN: `127.0.0.1:${metrics}`,
    };
    const command = (port) => ({ command: this.binary, args: ['serve'], env: { ...common, ...settings(port) } });
    return { ...(await start(name, path, command, at)), metrics };
  }

  /** How many calls this process has made to others. */
  async calls({ metrics }) {
    const told = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    const counts = [...told.matchAll(/^guildhall_rpc_seconds_count\{.*\} (\d+)$/gm)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** What has been counted so far, everywhere. */
  async counts() {
    const [wal] = (await this.database.query('SELECT wal_bytes, wal_sync FROM pg_stat_wal')).rows;
    const [rows] = (await this.database.query(ROWS)).rows;
    const nats = await (await fetch(`http://127.0.0.1:${this.monitor}/varz`)).json();
    return {
      messages: Number(rows.messages),
      log_bytes: Number(rows.log_bytes),
      message_bytes: Number(rows.message_bytes),
      wal_bytes: Number(wal.wal_bytes),
      wal_syncs: Number(wal.wal_sync),
      nats_in: nats.in_msgs,
      nats_out: nats.out_msgs,
      calls: await this.calls(this.doors[0]),
      cpu_door_us: cpuUs(this.doors[0].pid),
      cpu_services_us: cpuUs(this.services.pid),
      cpu_postgres_us: cpuUs(this.postgres.pid),
      cpu_nats_us: cpuUs(this.nats.pid),
    };
  }

  async stop() {
    await this.database.end();
    for (const process of [...this.doors, this.whole, this.services]) await process.stop();
    await this.nats.stop();
    await this.postgres.stop();
  }
}

async function isReady({ name, address }) {
  const deadline = Date.now() + READY_MS;
  while (!(await fetch(`http://${address}/readyz`)).ok) {
    if (Date.now() > deadline) throw new Error(`${name} is not ready`);
    await pause(50);
  }
}

/** What PostgreSQL itself does: rows of a message's size, 64 to a statement, each statement a commit that is synced. */
export class Raw {
  static async start({ database, postgres }) {
    const [{ bin }] = (await database.query("SELECT setting AS bin FROM pg_config WHERE name = 'BINDIR'")).rows;
    const columns = 'channel BIGINT, number BIGINT, id BIGSERIAL PRIMARY KEY, author BIGINT, text TEXT, sent_at BIGINT';
    await database.query(`CREATE TABLE raw (${columns})`);
    return Object.assign(new Raw(), { url: postgres.url, pgbench: join(bin, 'pgbench') });
  }

  /** Rows a second over so many connections. */
  async rows(connections, seconds) {
    const numbers = Array.from({ length: BATCH }, (_, n) => n + 1);
    const text = 'the quick brown fox jumps over the lazy dog '.repeat(3).slice(0, 100);
    const script = `INSERT INTO raw (channel, number, author, text, sent_at) SELECT 1, n, 7, t, 0
      FROM unnest('{${numbers}}'::BIGINT[], '{${numbers.map(() => `"${text}"`)}}'::TEXT[]) AS new (n, t);`.replaceAll('\n', ' ');
    const file = join(newFolder(), 'raw.sql');
    writeFileSync(file, `${script}\n`);
    const threads = Math.min(connections, 2);
    const args = ['-n', '-M', 'prepared', '-c', connections, '-j', threads, '-T', seconds, '-f', file, this.url];
    const told = await run(this.pgbench, args.map(String));
    const tps = /^tps = ([\d.]+)/m.exec(told);
    if (tps === null || !/number of failed transactions: 0 /.test(told)) throw new Error(`pgbench: ${told}`);
    return Number(tps[1]) * BATCH;
  }
}

const BATCH = 64;
