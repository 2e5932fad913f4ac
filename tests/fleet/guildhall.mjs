// Stands in for the program in whole-system tests: `serve --listen … --data …` starts a fleet behind nginx instead of one
// process. The engines (PostgreSQL, NATS, S3) outlive it, as they do in real life; the data folder's name names the database and the
// bucket.
//   node guildhall.mjs ENGINES.json serve --listen 127.0.0.1:8080 --data FOLDER
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../ports.mjs';

const STOP_MS = 15_000;
const AGAIN_MS = 300;
const TOKEN = 'the-secret-of-a-fleet-that-lives-for-a-test';

const engines = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { values } = parseArgs({
  args: process.argv.slice(3).filter((word) => word !== 'serve'),
  options: { listen: { type: 'string' }, data: { type: 'string' }, config: { type: 'string' } },
});
const data = resolve(values.data);
mkdirSync(data, { recursive: true });
const name = `g${createHash('sha256').update(data).digest('hex').slice(0, 20)}`;
const work = mkdtempSync(join(tmpdir(), 'guildhall-fleet-'));
// What a test sets for all processes.
const given = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('GUILDHALL_ACCOUNTS_')));
const children = [];
let started = false;
let stopping = false;

function makeDatabase() {
  const mark = join(data, 'database');
  if (existsSync(mark)) return;
  execFileSync(engines.psql, [`${engines.postgres}/postgres`, '-qc', `CREATE DATABASE ${name}`], { env: {} });
  writeFileSync(mark, name);
}

/** The server may still be starting. What is there already stays. */
async function makeBucket() {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await fetch(`${engines.s3}/${name}`, { method: 'PUT' });
      return;
    } catch (error) {
      if (attempt === 300) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

/** Writes down who runs, for tests that end some of them. */
function note() {
  const file = join(data, 'fleet.json');
  writeFileSync(`${file}.new`, JSON.stringify(children.map(({ role, port, child }) => ({ role, port, pid: child?.pid }))));
  renameSync(`${file}.new`, file);
}

/** Starts a process that ends when this one does, however that ends; answers when it says that it is there. */
function start(role, program, args, env, there, port, host) {
  const options = { env, cwd: work, stdio: ['ignore', 'pipe', 'inherit'] };
  const member = { role, port, child: null };
  const run = () => {
    const [command, ...rest] = [...(host ? [engines.ip, 'netns', 'exec', host.name] : []), engines.setpriv, '--pdeathsig', 'KILL', program, ...args];
    const child = spawn(command, rest, options);
    member.child = child;
    note();
    return new Promise((done, fail) => {
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
        if (there.every((words) => said.includes(words))) done();
      });
      child.on('exit', (code, signal) => {
        fail(new Error(`${role} ended: ${code ?? signal}\n${said}`));
        // As a supervisor would: what ended comes back, under the same address.
        if (!stopping && started) setTimeout(() => run().catch((error) => console.error(`fleet: ${error.message}`)), AGAIN_MS);
      });
    });
  };
  children.push(member);
  return run();
}

/** An engine's URL, as it is called on a host of its own. */
const from = (url, address) => (address === undefined ? url : url.replace('127.0.0.1', address));

/** One process of Guildhall, on this host or on another. */
async function part(roles, addresses, { doors, rpc, host }) {
  const env = {
    GUILDHALL_DATABASE_URL: `${from(engines.postgres, host?.database)}/${name}`,
    GUILDHALL_BUS_URL: `${from(process.env.GUILDHALL_TEST_NATS ?? engines.nats, host?.broker)}?prefix=${name}`,
    GUILDHALL_BLOBS_URL: `s3://key:secret@${name}?endpoint=${from(engines.s3, host?.broker)}&region=us-east-1`,
    GUILDHALL_ROLES: roles,
    GUILDHALL_SERVICE_TOKEN: TOKEN,
    GUILDHALL_DATA: join(work, 'unused'),
    GUILDHALL_PUBLIC_URL: `http://${values.listen}`,
    GUILDHALL_MAIL_URL: `log:${join(data, 'mail')}`,
    ...given,
    ...addresses,
  };
  const there = [];
  if (doors) there.push('listens on');
  if (rpc) there.push('answers other processes');
  if (doors) env.GUILDHALL_LISTEN = `${host?.people ?? '127.0.0.1'}:${doors}`;
  if (rpc) env.GUILDHALL_RPC_LISTEN = `127.0.0.1:${rpc}`;
  const config = values.config ? ['--config', resolve(values.config)] : [];
  return start(roles, engines.binary, ['serve', ...config], env, there, doors, host);
}

/** Gateway, realtime and messages twice, one of each other. Answers where the doors are. */
async function fleet() {
  const services = { accounts: 1, people: 1, guilds: 1, messages: 2, files: 1, overview: 1 };
  const ports = {};
  for (const [role, count] of Object.entries(services)) {
    ports[role] = await Promise.all(Array.from({ length: count }, freePort));
  }
  const address = (role) => ports[role].map((port) => `http://127.0.0.1:${port}`).join(',');
  const addresses = Object.fromEntries(Object.keys(services).map((role) => [`GUILDHALL_RPC_${role.toUpperCase()}`, address(role)]));
  // All at once: whoever is early waits for the others.
  const starting = Object.entries(ports).flatMap(([role, all]) => all.map((rpc) => part(role, addresses, { rpc })));
  const doors = { gateway: [await freePort(), await freePort()], realtime: [await freePort(), await freePort()] };
  for (const [role, all] of Object.entries(doors)) {
    starting.push(...all.map((port) => part(role, addresses, { doors: port })));
  }
  await Promise.all(starting);
  const places = (ports) => ports.map((port) => `127.0.0.1:${port}`);
  return { gateway: places(doors.gateway), realtime: places(doors.realtime) };
}

/** Two processes that each do everything, each on a host of its own where there are any. */
async function nodes() {
  const places = [];
  for (const host of engines.hosts ?? [undefined, undefined]) {
    const port = await freePort();
    await part('all', {}, { doors: port, host });
    places.push(`${host?.people ?? '127.0.0.1'}:${port}`);
  }
  return { gateway: places, realtime: places };
}

function nginx({ gateway, realtime }) {
  const servers = (places, how) => places.map((place) => `server ${place} ${how};`).join(' ');
  const forward = 'proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_read_timeout 120s; proxy_connect_timeout 2s;';
  writeFileSync(
    join(work, 'nginx.conf'),
    `daemon off; master_process off; error_log stderr error; pid ${work}/nginx.pid;
     events { worker_connections 4096; }
     http {
       access_log off; client_max_body_size 9m;
       client_body_temp_path ${work}/body; proxy_temp_path ${work}/proxy; fastcgi_temp_path ${work}/f; uwsgi_temp_path ${work}/u; scgi_temp_path ${work}/s;
       upstream gateway { ${servers(gateway, 'max_fails=1 fail_timeout=1s')} keepalive 16; }
       upstream realtime { ${servers(realtime, 'max_fails=0')} }
       server {
         listen ${values.listen};
         location = /ws { proxy_pass http://realtime; ${forward} proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_buffering off; }
         location / { proxy_pass http://gateway; ${forward} proxy_set_header Connection ""; }
       }
     }`,
  );
  start('nginx', engines.nginx, ['-e', 'stderr', '-c', join(work, 'nginx.conf')], {}, []).catch(() => {});
}

async function stop(code) {
  stopping = true;
  const living = children.map(({ child }) => child).filter((child) => child.exitCode === null && child.signalCode === null);
  const ended = living.map((child) => {
    const over = new Promise((done) => child.on('exit', done));
    child.kill('SIGTERM');
    return over;
  });
  await Promise.race([Promise.all(ended), new Promise((done) => setTimeout(done, STOP_MS))]);
  rmSync(work, { recursive: true, force: true });
  process.exit(code);
}

process.on('SIGTERM', () => stop(0));
process.on('SIGINT', () => stop(0));
try {
  makeDatabase();
  await makeBucket();
  nginx(await (engines.shape === 'nodes' ? nodes() : fleet()));
  started = true;
  console.log(`Guildhall, ${engines.shape}, listens on http://${values.listen}`);
} catch (error) {
  console.error(`fleet: ${error.message}`);
  await stop(1);
}
