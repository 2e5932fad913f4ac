// A private Guildhall: own data folder, free port; it can be killed and started again on the same data.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../ports.mjs';

const binary = resolve(process.env.GUILDHALL_TEST_BINARY ?? '../../target/debug/guildhall');
const START_MS = 20_000;
const MAIL_MS = 15_000;

export class Server {
  opened = new Set();

  static async start(env = {}) {
    const server = new Server();
    server.env = env;
    server.data = mkdtempSync(join(tmpdir(), 'guildhall-browser-'));
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    await server.up();
    return server;
  }

  async up() {
    const args = ['serve', '--listen', `127.0.0.1:${this.port}`, '--data', this.data];
    this.output = '';
    this.child = spawn(binary, args, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (text) => (this.output += text));
    this.ended = new Promise((done) => this.child.on('exit', (code, signal) => done({ code, signal })));
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline) {
      const ready = await fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false);
      if (ready) return;
      if (this.child.exitCode !== null) break;
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error(`guildhall did not start:\n${this.output}`);
  }

  /** Ends the process without a word, as a power cut would. */
  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.ended;
    rmSync(this.data, { recursive: true, force: true });
  }

  /** The link in the newest mail about something to someone; each is given once. */
  async link(about, to) {
    const folder = join(this.data, 'mail');
    const deadline = Date.now() + MAIL_MS;
    while (Date.now() < deadline) {
      const names = existsSync(folder) ? readdirSync(folder).sort().reverse() : [];
      for (const name of names.filter((name) => name.includes(`-${about}-`) && name.endsWith('.eml') && !this.opened.has(name))) {
        const mail = readFileSync(join(folder, name), 'utf8');
        if (!mail.includes(`To: ${to}\r\n`)) continue;
        this.opened.add(name);
        return mail.match(/^http\S+$/m)[0];
      }
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`no mail about ${about} came to ${to}:\n${this.output}`);
  }

  /** A call of the REST API; throws what is not 2xx. */
  async call(method, path, { token, body } = {}) {
    const headers = { 'content-type': 'application/json' };
    if (token) headers.authorization = `Bearer ${token}`;
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const value = text === '' ? null : JSON.parse(text);
    if (!answer.ok) throw Object.assign(new Error(`${method} ${path}: ${answer.status} ${text}`), { problem: value });
    return value;
  }

  async register(name) {
    const email = `${name.toLowerCase()}@example.org`;
    const body = { email, password: `${name} likes long passwords`, display_name: name };
    const answer = await this.call('POST', '/accounts', { body });
    return { ...answer, email, password: body.password, token: answer.access_token };
  }
}
