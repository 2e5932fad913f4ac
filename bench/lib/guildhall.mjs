// Guildhall as it is measured: the built binary, with a community of one account per socket.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeAtEnd, start } from './processes.mjs';

const AT_ONCE = 16;
// Passwords aren't what is measured: the cheapest hash lets thousands of accounts be made in seconds. Tokens outlive the run.
export const SETTINGS = {
  GUILDHALL_ACCOUNTS_ARGON2_MEMORY_KIB: '8',
  GUILDHALL_ACCOUNTS_ARGON2_PASSES: '1',
  GUILDHALL_ACCOUNTS_ACCESS_TOKEN_SECONDS: '86400',
  GUILDHALL_LOG_LEVEL: 'warn',
};

export function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'guildhall-bench-'));
  removeAtEnd(folder);
  return folder;
}

export const startGuildhall = (binary, data) =>
  start('guildhall', '/ws', (port) => ({
    command: binary,
    args: ['serve', '--listen', `127.0.0.1:${port}`, '--data', data],
    env: SETTINGS,
  }));

async function call(server, method, path, token, body) {
  const headers = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(`http://${server.address}/api/v1${path}`, {
    method,
    headers,
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/** Does `work` for each of `list`, some at the same time; answers in order. */
async function each(list, work) {
  const answers = new Array(list.length);
  let next = 0;
  const worker = async () => {
    while (next < list.length) {
      const at = next++;
      answers[at] = await work(list[at], at);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answers;
}

/** Makes a guild of these people, the first its owner; answers a seat in its channel for each. */
async function room(server, name, tokens) {
  const [owner, ...others] = tokens;
  const guild = await call(server, 'POST', '/guilds', owner, { name });
  const channel = (await call(server, 'GET', `/guilds/${guild.id}/channels`, owner)).items[0].id;
  const { code } = await call(server, 'POST', `/guilds/${guild.id}/invites`, owner, {});
  await each(others, (token) => call(server, 'POST', `/invites/${code}/accept`, token, {}));
  return tokens.map((token) => ({ room: channel, token }));
}

/**
 * Fills an empty install: `people` accounts, a hall of `hall`, rooms of `size` with everyone in one of them, and two
 * guilds of `senders`: one to send to, one to keep a history in.
 */
export async function settle(server, { people, hall, size, senders }) {
  const names = Array.from({ length: people }, (_, n) => `person${n}`);
  const tokens = await each(names, async (name) => {
    const body = { email: `${name}@example.org`, password: `${name} likes long passwords`, display_name: name };
    return (await call(server, 'POST', '/accounts', null, body)).access_token;
  });
  const groups = Array.from({ length: people / size }, (_, n) => tokens.slice(n * size, (n + 1) * size));
  const rooms = [];
  for (const [n, group] of groups.entries()) rooms.push(...(await room(server, `Room ${n}`, group)));
  return {
    hall: await room(server, 'Hall', tokens.slice(0, hall)),
    rooms,
    senders: await room(server, 'Senders', tokens.slice(0, senders)),
    archive: await room(server, 'Archive', tokens.slice(0, senders)),
  };
}
