// Clients that have much to catch up on, more than all buffers on the way hold, and pause while it comes: they get all
// of it, once and in order, and the server goes on listening to them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { check, report } from '../checker.mjs';
import { readFinal } from '../final.mjs';
import { History, readHistory } from '../history.mjs';
import { Reader } from '../reader.mjs';
import { LONG } from '../scale.mjs';
import { Server } from '../server.mjs';
import { makeWorld } from '../world.mjs';

/** As many as the server replays at most, as long as a text may be: about 16 MB of frames with letters of 4 bytes. */
const MESSAGES = 1_000;
const TEXT = '𝔤'.repeat(3_950);
const CLIENTS = LONG ? 40 : 6;
const PAUSE_MS = 2_000;
const WHOLE_MS = 15_000;
const AT_ONCE = 20;

test('a long absence is caught up with pauses', async (t) => {
  const server = await Server.start();
  const world = await makeWorld(server, { senders: 1, readers: 2, channels: 2 });
  const history = new History(join(server.folder, 'history.jsonl'));
  const [channel] = world.channels;
  const { owner } = world;
  const send = async (i) => {
    const body = { nonce: crypto.randomUUID(), text: `${i} ${TEXT}` };
    history.write('invoke', { process: 'owner', author: owner.id, channel, ...body });
    const { seq, message } = await server.call('POST', `/channels/${channel}/messages`, { token: owner.token, body });
    history.write('ok', { process: 'owner', channel, nonce: body.nonce, id: message.id, seq, number: message.number });
  };
  for (let i = 0; i < MESSAGES; i += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, j) => send(i + j)));
  }
  const readers = Array.from({ length: CLIENTS }, (_, i) => {
    const person = { ...world.readers[0], name: `late${i}` };
    return new Reader({ server, person, channels: [channel], history, may: () => true });
  });
  t.after(async () => {
    for (const reader of readers) reader.close();
    await history.close();
    await server.stop();
  });
  // The watch is said at once after the hello; what it brings waits.
  await Promise.all(readers.map((reader) => reader.open().then(() => reader.stall())));
  await sleep(PAUSE_MS);
  const pongs = new Set();
  for (const reader of readers) {
    reader.link.on('frame', ({ op }) => op === 'pong' && pongs.add(reader));
    reader.resume();
    reader.link.say({ op: 'ping' });
  }
  const resumed = performance.now();
  const isWhole = (reader) => reader.last(channel) === MESSAGES && reader.isLive;
  while (!readers.every(isWhole) && performance.now() - resumed < WHOLE_MS) await sleep(20);
  const took = performance.now() - resumed;
  const missing = readers.filter((reader) => !isWhole(reader));
  t.diagnostic(`${readers.length - missing.length} of ${CLIENTS} whole after ${(took / 1_000).toFixed(1)} s`);
  assert.deepEqual(missing.map((reader) => `${reader.person.name} is at ${reader.last(channel)}`), []);
  for (let i = 0; i < 100 && pongs.size < CLIENTS; i++) await sleep(20);
  assert.equal(pongs.size, CLIENTS, 'the server no longer listens to those that paused');
  for (const reader of readers) reader.close();
  await history.close();
  const violations = check(readHistory(history.file), await readFinal(server, owner.token, [channel]));
  assert.deepEqual(violations, [], report(violations));
});
