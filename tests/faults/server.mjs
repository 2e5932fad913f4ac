// A private Guildhall on a free port with a data folder of its own: it can be killed, watched, wrapped and started
// again on the same data.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../ports.mjs';

const START_MS = 30_000;
const STOP_MS = 20_000;
/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;
/** Long tokens, so that a long load needs no refresh; cheap hashes, so that many people register quickly. */
const SETTINGS = '[accounts]\naccess_token_seconds = 86400\nargon2_memory_kib = 1024\nargon2_passes = 1\n';

/** The program under test. */
export const binary = () => resolve(process.env.GUILDHALL_TEST_BINARY ?? '../../target/debug/guildhall');

export class Server {
  /**
   * Starts a server. `program` is the binary, `wrapper` a command that runs it (a tracer), `env` its whole
   * environment, `data` a folder to use instead of a new one.
   */
  static async start({ program = binary(), wrapper = [], env = {}, data } = {}) {
    const server = new Server();
    server.folder = mkdtempSync(join(tmpdir(), 'guildhall-faults-'));
    server.data = data ?? join(server.folder, 'data');
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    server.socketUrl = `ws://127.0.0.1:${server.port}/ws`;
    server.settings = join(server.folder, 'guildhall.toml');
    writeFileSync(server.settings, SETTINGS);
    Object.assign(server, { program, wrapper, env });
    await server.up();
    return server;
  }

  /** Starts the process and waits until it can do its work; answers after how many milliseconds. */
  async up() {
    const args = ['serve', '--listen', `127.0.0.1:${this.port}`, '--data', this.data, '--config', this.settings];
    const [command, ...rest] = [...this.wrapper, this.program, ...args];
    this.output = '';
    const started = performance.now();
    this.child = spawn(command, rest, { env: this.env, cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (text) => (this.output += text));
    this.ended = new Promise((done) => {
      this.child.on('error', (error) => done({ error }));
      this.child.on('exit', (code, signal) => done({ code, signal }));
    });
    let over = null;
    this.ended.then((how) => (over = how));
    while (performance.now() - started < START_MS && over === null) {
      if (await fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false)) {
        return performance.now() - started;
      }
      await sleep(10);
    }
    throw new Error(`guildhall did not start: ${JSON.stringify(over)}\n${this.output}`);
  }

  /** The server's own process: the child, or the child's child where the command is wrapped. */
  get pid() {
    if (this.wrapper.length === 0) return this.child.pid;
    const children = readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8').trim();
    return Number(children.split(' ')[0]);
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Ends the process without a word. */
  async kill() {
    process.kill(this.pid, 'SIGKILL');
    await this.ended;
  }

  /** Asks the process to stop and answers how it ended. */
  async terminate() {
    if (!this.running) return this.ended;
    const { pid } = this;
    process.kill(pid, 'SIGTERM');
    const late = setTimeout(() => process.kill(pid, 'SIGKILL'), STOP_MS);
    const how = await this.ended;
    clearTimeout(late);
    return how;
  }

  async stop() {
    await this.terminate();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Resident memory in bytes. */
  residentBytes() {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'));
    return Number(kib) * 1_024;
  }

  /** The processor time that it has used, in milliseconds. */
  processorMs() {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
    const [user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number);
    return (user + system) * TICK_MS;
  }

  /** A call of the REST API: its status and its body. */
  async ask(method, path, { token, body } = {}) {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    if (token) headers.authorization = `Bearer ${token}`;
    const answer = await fetch(`${this.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  }

  /** The body of a call of the REST API; throws what is not 2xx. */
  async call(method, path, options) {
    const { status, body } = await this.ask(method, path, options);
    if (status >= 300) throw Object.assign(new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`), { body });
    return body;
  }

  async register(name) {
    const body = { email: `${name}@example.org`, password: `${name} likes long passwords`, display_name: name };
    const { user, access_token: token } = await this.call('POST', '/accounts', { body });
    return { name, id: user.id, token, email: body.email, password: body.password };
  }

  /** The same person in another session. */
  async logIn({ email, password, ...person }) {
    const { access_token: token } = await this.call('POST', '/sessions', { body: { email, password } });
    return { ...person, email, password, token };
  }
}
