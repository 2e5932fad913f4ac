import { beforeEach, expect, test } from 'vitest';
import { Connection, FIRST_RETRY_MS, MAX_RETRY_MS } from './connection';
import { FakePlatform, type FakeSocket } from './testing/platform';

let platform: FakePlatform;
let connection: Connection;
let phases: string[];
let asked: boolean[];
let token: () => Promise<string | null>;

const socket = () => platform.sockets.at(-1) as FakeSocket;
const ready = { op: 'ready', user: '1', unread: [], ping_every: 20 };

async function open(): Promise<void> {
  await platform.pass(0);
  socket().onopen?.();
  socket().give(ready);
}

beforeEach(() => {
  platform = new FakePlatform();
  phases = [];
  asked = [];
  token = async () => 'token';
  connection = new Connection(platform, {
    token: refused => {
      asked.push(refused);
      return token();
    },
    opened: () => undefined,
    frame: () => undefined,
    phase: phase => phases.push(phase),
  });
  connection.start();
});

test('says hello with the token, and is open when it is answered', async () => {
  await platform.pass(0);
  socket().onopen?.();
  expect(socket().sent).toEqual([{ op: 'hello', token: 'token' }]);
  expect(connection.send({ op: 'ping' })).toBe(false);
  socket().give(ready);
  expect(connection.send({ op: 'ping' })).toBe(true);
  expect(phases).toEqual(['connecting', 'open']);
});

test('comes back after ever longer waits, never longer than the bound, and with jitter', async () => {
  await open();
  const waits: number[] = [];
  for (let turn = 0; turn < 12; turn += 1) {
    platform.chances = [turn % 2];
    const from = platform.time;
    const count = platform.sockets.length;
    socket().break();
    while (platform.sockets.length === count) await platform.pass(50);
    waits.push(platform.time - from);
  }
  expect(waits[0]).toBeLessThanOrEqual(FIRST_RETRY_MS);
  expect(waits[1]).toBeGreaterThan(FIRST_RETRY_MS);
  expect(Math.max(...waits)).toBeLessThanOrEqual(MAX_RETRY_MS + 50);
  expect(waits.at(-1)).toBeGreaterThan(waits.at(-2) ?? 0);
});

test('tries at once when the network is back', async () => {
  await open();
  for (let turn = 0; turn < 6; turn += 1) {
    socket().break();
    await platform.pass(MAX_RETRY_MS);
  }
  socket().break();
  const count = platform.sockets.length;
  connection.wake();
  await platform.pass(0);
  expect(platform.sockets.length).toBe(count + 1);
});

test('a silent socket is pinged, and given up when it stays silent', async () => {
  await open();
  const first = socket();
  await platform.pass(20_000);
  expect(first.sent.at(-1)).toEqual({ op: 'ping' });
  first.give({ op: 'pong' });
  await platform.pass(20_000);
  expect(first.isClosed).toBe(false);
  await platform.pass(10_000);
  expect(first.isClosed).toBe(true);
  await platform.pass(1_000);
  expect(socket()).not.toBe(first);
});

test('an offline machine finds out within seconds that its socket is dead', async () => {
  await open();
  const first = socket();
  connection.doubt();
  expect(first.sent.at(-1)).toEqual({ op: 'ping' });
  await platform.pass(2_500);
  expect(first.isClosed).toBe(true);
});

test('a hello that is never answered is given up', async () => {
  await platform.pass(0);
  const first = socket();
  first.onopen?.();
  await platform.pass(11_000);
  expect(first.isClosed).toBe(true);
});

test('an ended session asks for a new token at once, before it connects again', async () => {
  await open();
  socket().break(4001);
  await platform.pass(0);
  expect(asked).toEqual([false, true]);
});

test('signed out: no further tries', async () => {
  await open();
  token = async () => null;
  socket().break(4001);
  await platform.pass(120_000);
  expect(platform.sockets).toHaveLength(1);
});

test('a token that cannot be renewed right now is asked for again later', async () => {
  await open();
  token = () => Promise.reject(new Error('away'));
  socket().break();
  await platform.pass(5_000);
  expect(platform.sockets).toHaveLength(1);
  token = async () => 'token';
  await platform.pass(60_000);
  expect(platform.sockets).toHaveLength(2);
});

test('stopped is stopped', async () => {
  await open();
  connection.stop();
  expect(socket().isClosed).toBe(true);
  await platform.pass(120_000);
  expect(platform.sockets).toHaveLength(1);
});
