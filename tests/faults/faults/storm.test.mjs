// Everybody comes back at once: the server is restarted under many sockets, once with a word and once without; of several processes, first
// one that has half of the sockets, then the other, then all. All are back within 30 s and have seen what was said meanwhile.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { check, report } from '../checker.mjs';
import { doors, processes, restart } from '../cluster/cluster.mjs';
import { readFinal } from '../final.mjs';
import { History, readHistory } from '../history.mjs';
import { Reader } from '../reader.mjs';
import { LONG, WHOLE } from '../scale.mjs';
import { Server } from '../server.mjs';
import { makeWorld } from '../world.mjs';

const CLIENTS = (LONG ? 4_000 : 1_000) / (WHOLE ? 1 : 4);
const TIMES = LONG ? 3 : 1;
const BACK_MS = 30_000;
const PEOPLE = 20;
const CHANNELS = 4;
const AT_ONCE = 100;
const UNAVAILABLE = 503;

const anew = (end) => async (server) => {
  await server[end]();
  await server.up();
};

/** Ends one of the two processes that have sockets. */
const one = (which, signal) => async (server) => {
  const port = doors(server).realtime[which];
  await restart(server, processes(server).findIndex((process) => process.port === port), signal);
};

const WHOLE_FALLS = { 'all is told to stop': anew('terminate'), 'all is killed': anew('kill') };
// Who was on the first is on the second by the time that it is killed.
const FALLS = WHOLE
  ? WHOLE_FALLS
  : { 'one process is told to stop': one(0, 'SIGTERM'), 'the other is killed': one(1, 'SIGKILL'), ...WHOLE_FALLS };

/** The first message of each round is sent while nobody is back yet. A process that is just starting may say "not now". */
const say = async ({ server, history, world, channel }, text) => {
  const body = { nonce: crypto.randomUUID(), text };
  history.write('invoke', { process: 'owner', author: world.owner.id, channel, ...body });
  const ask = () => server.ask('POST', `/channels/${channel}/messages`, { token: world.owner.token, body });
  let answer = await ask();
  for (const end = performance.now() + BACK_MS; answer.status === UNAVAILABLE && performance.now() < end; answer = await ask()) await sleep(100);
  const { status, body: sent } = answer;
  assert.ok(status < 300, `${status} ${JSON.stringify(sent)}`);
  const { id, number } = sent.message;
  history.write('ok', { process: 'owner', channel, nonce: body.nonce, id, seq: sent.seq, number });
};

const allWithin = async (readers, is, withinMs) => {
  const begun = performance.now();
  while (!readers.every(is) && performance.now() - begun < withinMs) await sleep(20);
  return performance.now() - begun;
};

test(`${CLIENTS} clients come back after a restart`, async (t) => {
  const server = await Server.start();
  const world = await makeWorld(server, { senders: 1, readers: PEOPLE, channels: CHANNELS + 1 });
  const history = new History(join(server.folder, 'history.jsonl'));
  const open = world.channels.slice(0, CHANNELS);
  const readers = Array.from({ length: CLIENTS }, (_, i) => {
    const person = { ...world.readers[i % PEOPLE], name: `client${i}` };
    return new Reader({ server, person, channels: [open[i % CHANNELS]], history, may: () => true });
  });
  t.after(async () => {
    for (const reader of readers) reader.close();
    await history.close();
    await server.stop();
  });
  for (let i = 0; i < CLIENTS; i += AT_ONCE) await Promise.all(readers.slice(i, i + AT_ONCE).map((r) => r.open()));
  await allWithin(readers, (reader) => reader.isLive, BACK_MS);
  const rounds = Array.from({ length: TIMES }, () => Object.entries(FALLS)).flat();
  for (const [round, [how, fall]] of rounds.entries()) {
    const gone = performance.now();
    await fall(server);
    for (const channel of open) await say({ server, history, world, channel }, `round ${round} in ${channel}`);
    const isBack = (reader) => reader.isLive && [...reader.streams.values()].every((stream) => stream.seq === round + 1);
    await allWithin(readers, isBack, BACK_MS);
    const missing = readers.filter((reader) => !isBack(reader));
    const took = performance.now() - gone;
    t.diagnostic(`${how}: back after ${(took / 1_000).toFixed(1)} s`);
    assert.equal(missing.length, 0, `${missing.length} clients are not back after ${took} ms, for example: ${missing[0]?.state}`);
    assert.ok(took <= BACK_MS, `back only after ${took} ms`);
  }
  for (const reader of readers) reader.close();
  await history.close();
  const violations = check(readHistory(history.file), await readFinal(server, world.owner.token, open));
  assert.deepEqual(violations, [], report(violations));
});
