// deploy/nginx before a real Guildhall: people get in, sockets stay, and nothing that they say of themselves is believed.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../tests/ports.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const binary = path.resolve(process.env.GUILDHALL_TEST_BINARY ?? `${here}../../target/debug/guildhall`);
const folder = mkdtempSync('/tmp/guildhall-proxy.');
// nginx's workers are another user when it is started by root.
chmodSync(folder, 0o711);
const running = [];
let front;

after(() => {
  for (const child of running) child.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

async function answers(port, log = '/dev/null') {
  for (let attempt = 0; attempt < 300; attempt++) {
    const open = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => socket.end(() => resolve(true)));
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`nothing listens on port ${port}: ${readFileSync(log)}`);
}

/** An nginx with our configuration before `upstream`. */
async function nginx(name, upstream) {
  const [plain, tls] = [await freePort(), await freePort()];
  execFileSync(`${here}nginx-folder`, [`${folder}/${name}`, 'one', plain, tls, upstream]);
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const options = ['-p', `${folder}/${name}`, '-c', 'nginx.conf', '-e', 'error.log', '-g', 'daemon off;'];
  running.push(spawn('nginx', options, { env, stdio: ['ignore', 'ignore', 'inherit'] }));
  await answers(tls, `${folder}/${name}/error.log`);
  return { plain, tls, host: `localhost:${tls}`, ca: readFileSync(`${folder}/${name}/guildhall/fullchain.pem`) };
}

before(async () => {
  const port = await freePort();
  const args = ['serve', '--listen', `127.0.0.1:${port}`, '--data', `${folder}/data`];
  running.push(spawn(binary, args, { cwd: folder, env: {}, stdio: ['ignore', 'ignore', 'inherit'] }));
  await answers(port);
  front = await nginx('front', port);
});

function to(proxy, options) {
  const headers = { Host: proxy.host, ...options.headers };
  return { host: '127.0.0.1', port: proxy.tls, servername: 'localhost', ca: proxy.ca, ...options, headers };
}

/** One request over HTTP/1.1; the headers as they came, doubled ones too. */
function call(proxy, options, body) {
  return new Promise((resolve, reject) => {
    const request = https.request(to(proxy, { agent: false, ...options }), async (response) => {
      const chunks = await response.toArray();
      resolve({ status: response.statusCode, headers: response.headersDistinct, body: Buffer.concat(chunks).toString() });
    });
    request.on('error', reject).end(body);
  });
}

/** Opens a socket: the connection, or the status with which it was refused. */
function upgrade(proxy, headers) {
  return new Promise((resolve, reject) => {
    const key = randomBytes(16).toString('base64');
    const ask = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': 13, 'Sec-WebSocket-Key': key };
    const request = https.request(to(proxy, { agent: false, path: '/ws', headers: { ...ask, ...headers } }));
    request.once('upgrade', (_, socket, head) => resolve({ socket, head }));
    request.once('response', (response) => resolve({ status: response.resume().statusCode }));
    request.once('error', reject).end();
  });
}

/** A client's text frame under 64 KiB, masked with zeros. */
function frame(text) {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(text));
  return Buffer.concat([Buffer.from([0x81, 0xfe]), length, Buffer.alloc(4), Buffer.from(text)]);
}

test('plain HTTP is sent to HTTPS, at the same path', async () => {
  const options = { host: '127.0.0.1', port: front.plain, path: '/invite/abc?x=1', headers: { Host: 'chat.example' } };
  const response = await new Promise((resolve) => http.get(options, resolve));
  response.resume();
  assert.equal(response.statusCode, 308);
  assert.equal(response.headers.location, 'https://chat.example/invite/abc?x=1');
});

test('the page comes over HTTP/2', async (t) => {
  const session = http2.connect(`https://127.0.0.1:${front.tls}`, { ca: front.ca, servername: 'localhost' });
  t.after(() => session.destroy());
  const stream = session.request({ ':path': '/readyz', ':authority': front.host });
  const headers = await new Promise((resolve, reject) => {
    stream.once('response', resolve);
    session.once('error', reject);
  });
  stream.resume();
  assert.equal(session.alpnProtocol, 'h2');
  assert.equal(headers[':status'], 200);
});

test('headers for safety are there once', async () => {
  for (const path of ['/', '/api/v1/setup', '/api/v1/nowhere']) {
    const { headers } = await call(front, { path });
    for (const name of ['content-security-policy', 'x-content-type-options', 'referrer-policy', 'strict-transport-security']) {
      assert.equal(headers[name]?.length, 1, `${name} of ${path}: ${headers[name]}`);
    }
  }
});

test('what is too large is refused by Guildhall, which says why', async () => {
  const headers = { 'Content-Type': 'application/json', 'Content-Length': 200_000 };
  const refused = await call(front, { method: 'POST', path: '/api/v1/accounts', headers }, 'x'.repeat(200_000));
  assert.equal(refused.status, 413);
  assert.equal(refused.headers['content-type'][0], 'application/problem+json');
});

test('a browser signs in and its socket opens, from our own page alone', async (t) => {
  const origin = `https://${front.host}`;
  const account = { email: 'ada@test.example', password: 'correct horse battery', display_name: 'Ada' };
  const headers = { 'Content-Type': 'application/json', 'X-Guildhall-Client': 'web', Origin: origin };
  const signedIn = await call(front, { method: 'POST', path: '/api/v1/accounts', headers }, JSON.stringify(account));
  assert.equal(signedIn.status, 201, signedIn.body);

  const { socket, head } = await upgrade(front, { Origin: origin });
  assert.ok(socket, 'no socket');
  t.after(() => socket.destroy());
  socket.write(frame(JSON.stringify({ op: 'hello', token: JSON.parse(signedIn.body).access_token })));
  let heard = head.toString('latin1');
  for await (const chunk of socket) {
    heard += chunk.toString('latin1');
    if (heard.includes('"op":"ready"')) break;
  }
  assert.match(heard, /"op":"ready"/);

  assert.equal((await upgrade(front, { Origin: 'https://evil.example' })).status, 403);
});

test('where a request comes from is what nginx saw, not what the client says', async (t) => {
  const server = http.createServer((request, response) => response.end(JSON.stringify(request.headers)));
  server.listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const proxy = await nginx('forwarding', server.address().port);
  const lies = { 'X-Forwarded-For': '10.0.0.1', 'X-Forwarded-Proto': 'http', 'X-Forwarded-Host': 'evil.example' };
  const seen = JSON.parse((await call(proxy, { path: '/', headers: { ...lies, Upgrade: 'h2c', Connection: 'Upgrade' } })).body);
  assert.equal(seen['x-forwarded-for'], '127.0.0.1');
  assert.equal(seen['x-forwarded-proto'], 'https');
  assert.equal(seen['x-forwarded-host'], proxy.host);
  assert.equal(seen.host, proxy.host);
  assert.equal(seen.upgrade, undefined, 'only WebSockets are upgraded');
});
