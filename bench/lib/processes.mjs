// Starts and ends what is measured: every server on a free port of its own, nothing left behind.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const START_MS = 30_000;
const STOP_MS = 10_000;
const RUN_MS = 120_000;
// Thousands of sockets need as many files; the number of the process stays the same.
const WITH_FILES = ['-c', 'ulimit -n "$(ulimit -Hn)"; exec "$@"', 'bash'];

const living = new Set();
const folders = new Set();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

/** The folder is removed at the end, however the end comes. */
export const removeAtEnd = (folder) => folders.add(folder);

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

/** Whether a WebSocket opens there; without a path, whether anyone listens. */
const opens = (port, path) =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      if (path === null) {
        socket.destroy();
        done(true);
        return;
      }
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      );
    });
    const end = (answer) => {
      socket.destroy();
      done(answer);
    };
    socket.on('data', (data) => end(data.toString('latin1').startsWith('HTTP/1.1 101')));
    socket.on('error', () => end(false));
    socket.on('close', () => done(false));
  });

/**
 * Starts `command(port)`, which answers `{ command, args, env }`, and waits for the first socket at `path`, or, where that is
 * null, until somebody listens; on the port `at`, or a free one.
 * Answers `{ pid, port, address, startMs, stop }`.
 */
export async function start(name, path, command, at) {
  const port = at ?? (await freePort());
  const { command: file, args, env } = command(port);
  const began = process.hrtime.bigint();
  const child = spawn('bash', [...WITH_FILES, file, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  living.add(child);
  let said = '';
  child.stderr.on('data', (text) => (said = (said + text).slice(-4_000)));
  const ended = new Promise((done) => child.on('exit', done));
  void ended.then(() => living.delete(child));
  const deadline = Date.now() + START_MS;
  while (!(await opens(port, path))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${name} did not start:\n${said}`);
    await pause(1);
  }
  const startMs = Number(process.hrtime.bigint() - began) / 1e6;
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(late);
  };
  return { name, pid: child.pid, port, address: `127.0.0.1:${port}`, startMs, stop };
}

/** Memory that the process alone answers for, in MB. */
export function pssMb(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return (Number(/^Pss:\s+(\d+) kB/m.exec(rollup)[1]) * 1_024) / 1e6;
}

/** CPU that a process and its children have used so far, in µs. Its children must be its own only, as PostgreSQL's are. */
export function cpuUs(pid) {
  const TICK_US = 10_000;
  const stats = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1).split(' ');
      return [{ pid: Number(name), parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, n) => sum + Number(n), 0) }];
    } catch {
      return [];
    }
  });
  const own = stats.filter((stat) => stat.pid === pid || stat.parent === pid);
  return own.reduce((sum, { ticks }) => sum + ticks, 0) * TICK_US;
}

/** Runs a command to its end with a text as its input; answers what it wrote. */
export function run(file, args, { input = '', ...options } = {}) {
  return new Promise((done, fail) => {
    const child = spawn('bash', [...WITH_FILES, file, ...args], { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    living.add(child);
    const late = setTimeout(() => child.kill('SIGKILL'), RUN_MS);
    let [out, said] = ['', ''];
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (said += text));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('exit', (code, signal) => {
      clearTimeout(late);
      living.delete(child);
      if (code === 0) done(out);
      else fail(new Error(`${file} ended with ${code ?? signal}: ${said.trim()}`));
    });
  });
}

/** Starts a command that says one line when it is ready and ends, cleanly, when its input does: also when this program is gone. */
export function hold(file, args, options) {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = new Promise((over) => child.on('exit', over));
    void ended.then((code) => fail(new Error(`${file} ended with ${code}`)));
    let out = '';
    child.stdout.on('data', (text) => {
      out += text;
      const line = /^(\S+)\n/m.exec(out);
      if (!line) return;
      const stop = () => {
        child.stdin.end();
        return ended;
      };
      done({ line: line[1], stop });
    });
  });
}
