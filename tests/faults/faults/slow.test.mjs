// Sockets that stop reading: once more than a bounded backlog has gathered for them, they are closed or, if they read
// again, resynced, within 10 s; others hardly notice, and the server's memory doesn't grow with them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { check, report } from '../checker.mjs';
import { readFinal, readHeads } from '../final.mjs';
import { History, readHistory } from '../history.mjs';
import { Reader } from '../reader.mjs';
import { LONG } from '../scale.mjs';
import { Sender } from '../sender.mjs';
import { Server } from '../server.mjs';
import { connections } from '../tcp.mjs';
import { makeWorld } from '../world.mjs';

const SLOW = 50;
/** Every other one reads again, so long after its bound was reached. */
const RESUMES_AFTER_MS = 5_000;
const HEALTHY = 8;
const EVERY_MS = 10;
const TEXT_LENGTH = 3_900;
/** A socket's backlog has reached its bound when so much was published after the kernel took the last byte for it. */
const BOUND_BYTES = 1 << 20;
const SETTLED_MS = 10_000;
const GROWTH_BYTES = 1 << 20;
const P99_FACTOR = 1.5;
const BASELINE_WINDOWS = LONG ? 30 : 6;
const WINDOW_MS = 1_000;
const WATCH_MS = 200;
const GIVE_UP_MS = 60_000;

/** Writes the history, and measures how long a message takes from the sender to each healthy reader. */
class TimedHistory extends History {
  sent = new Map();
  samples = [];
  publishedBytes = 0;

  write(type, fields) {
    super.write(type, fields);
    const now = performance.now();
    if (type === 'invoke') {
      this.sent.set(fields.nonce, now);
      this.publishedBytes += fields.text.length;
    } else if (type === 'receive' && fields.reader.startsWith('healthy') && this.sent.has(fields.nonce)) {
      this.samples.push({ at: now, ms: now - this.sent.get(fields.nonce) });
    }
  }
}

const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];

/** The 99th percentile of each second, and of those the middle: a hiccup of the machine is in one of them. */
const p99 = (samples, from, to) => {
  const windows = [];
  for (let at = from; at + WINDOW_MS <= to; at += WINDOW_MS) {
    const inside = samples.filter((sample) => sample.at >= at && sample.at < at + WINDOW_MS);
    if (inside.length >= 100) windows.push(quantile(inside.map((sample) => sample.ms), 0.99));
  }
  assert.ok(windows.length >= 4, `only ${windows.length} seconds with enough messages`);
  return { value: quantile(windows, 0.5), windows };
};

/** Watches stalled sockets until each has ended or read again; notes when its bound was reached and what came of it. */
const watchStalled = async (server, slow, history, whileWatching) => {
  const fates = slow.map((reader, i) => ({
    reader,
    port: reader.link.socket._socket.localPort,
    resumes: i % 2 === 1,
    queuedBytes: -1,
    takenAtBytes: 0,
  }));
  const pending = new Set(fates);
  const begun = performance.now();
  while (pending.size > 0 && performance.now() - begun < GIVE_UP_MS) {
    await sleep(WATCH_MS);
    const now = performance.now();
    const known = connections(server.port);
    for (const fate of pending) {
      const connection = known.get(fate.port);
      if (!fate.resumedAt && !connection?.open) {
        fate.closedAt ??= now;
      } else if (!fate.resumedAt && connection.queuedBytes > fate.queuedBytes) {
        // The kernel took more after all: the backlog begins anew.
        Object.assign(fate, { queuedBytes: connection.queuedBytes, takenAtBytes: history.publishedBytes, boundAt: undefined });
      } else if (!fate.boundAt && history.publishedBytes - fate.takenAtBytes >= BOUND_BYTES) {
        fate.boundAt = now;
      }
      if (fate.resumes && !fate.resumedAt && (fate.closedAt || now - fate.boundAt >= RESUMES_AFTER_MS)) {
        Object.assign(fate, { resumedAt: now, target: Math.max(...fate.reader.peers.map((peer) => peer.last(fate.reader.channel))) });
        fate.reader.resume();
      }
      if (fate.resumedAt && fate.reader.last(fate.reader.channel) >= fate.target) fate.syncedAt = now;
      if (fate.resumes ? fate.syncedAt : fate.closedAt) pending.delete(fate);
    }
    whileWatching();
  }
  return fates;
};

test(`${SLOW} sockets stop reading`, async (t) => {
  const server = await Server.start();
  const world = await makeWorld(server, { senders: 1, readers: 2, channels: 2 });
  const history = new TimedHistory(join(server.folder, 'history.jsonl'));
  const [channel] = world.channels;
  const named = (prefix, count, url = server.socketUrl) =>
    Array.from({ length: count }, (_, i) => {
      const person = { ...world.readers[0], name: `${prefix}${i}` };
      const reader = new Reader({ server: { ...server, socketUrl: url, call: server.call.bind(server) }, person, channels: [channel], history, may: () => true });
      return Object.assign(reader, { channel });
    });
  const healthy = named('healthy', HEALTHY);
  const [person] = world.senders;
  const sender = new Sender({ server, person, channels: [channel], history, everyMs: EVERY_MS, repeatOneIn: 0, textLength: TEXT_LENGTH });
  let slow = [];
  t.after(async () => {
    sender.stopped = true;
    sender.link.close();
    for (const reader of [...healthy, ...slow]) reader.close();
    await history.close();
    await server.stop();
  });
  await Promise.all(healthy.map((reader) => reader.open()));
  const sending = sender.run();
  const baseline = async () => {
    await sleep(500);
    const from = performance.now();
    await sleep(BASELINE_WINDOWS * WINDOW_MS);
    return [from, performance.now()];
  };
  const before = await baseline();
  const residentBefore = server.residentBytes();
  slow = named('slow', SLOW);
  await Promise.all(slow.map((reader) => reader.open()));
  while (!slow.every((reader) => reader.isLive)) await sleep(10);
  for (const reader of slow) Object.assign(reader, { peers: healthy }).stall();
  const stalled = performance.now();
  let residentMost = 0;
  const fates = await watchStalled(server, slow, history, () => (residentMost = Math.max(residentMost, server.residentBytes())));
  const settled = performance.now();
  // Those that were closed and never read again go away; what they missed is for the judge of the others only.
  for (const { reader, resumes } of fates) if (!resumes) reader.close();
  const after = await baseline();
  await sender.finish(10_000);
  await sending;
  const heads = await readHeads(server, world.owner.token, [channel]);
  const whole = [...healthy, ...fates.filter((fate) => fate.resumes).map((fate) => fate.reader)];
  for (const end = performance.now() + 15_000; performance.now() < end && whole.some((r) => r.last(channel) < heads[channel]); ) await sleep(50);
  for (const reader of whole) reader.close();
  await history.close();
  const growth = (residentMost - residentBefore) / SLOW;
  t.diagnostic(`the server grew by ${(growth / 1_024).toFixed(0)} KiB per slow socket`);
  judgeOthers(t, history.samples, [before, after], [stalled, settled]);
  judgeFates(t, fates);
  assert.ok(growth <= GROWTH_BYTES, `${growth} bytes per slow socket`);
  const names = new Set(whole.map((reader) => reader.person.name));
  const lines = readHistory(history.file).filter((line) => line.reader === undefined || names.has(line.reader));
  const violations = check(lines, await readFinal(server, world.owner.token, [channel]));
  assert.deepEqual(violations, [], report(violations));
});

const judgeFates = (t, fates) => {
  const seconds = (list) => (list.length === 0 ? 'none' : `${(Math.max(...list) / 1_000).toFixed(1)} s at most`);
  const bound = fates.filter((fate) => fate.boundAt === undefined && fate.closedAt === undefined);
  assert.equal(bound.length, 0, `${bound.length} slow sockets never reached their bound: the test was too short`);
  const closed = fates.filter((fate) => !fate.resumes);
  const resumed = fates.filter((fate) => fate.resumes);
  const since = (at, fate) => (at ?? Infinity) - (fate.boundAt ?? fate.closedAt);
  const closedMs = closed.map((fate) => since(fate.closedAt, fate));
  const syncedMs = resumed.map((fate) => since(fate.syncedAt, fate));
  t.diagnostic(`after the bound: closed ${seconds(closedMs)}; whole again ${seconds(syncedMs)}; ${Math.max(...fates.map((f) => f.queuedBytes))} bytes in the kernel`);
  const late = (list) => list.filter((ms) => ms > SETTLED_MS).length;
  assert.equal(late(closedMs), 0, `${late(closedMs)} of ${closedMs.length} that never read again were open after 10 s`);
  assert.equal(late(syncedMs), 0, `${late(syncedMs)} of ${syncedMs.length} that read again were not whole after 10 s`);
};

const judgeOthers = (t, samples, baselines, [from, to]) => {
  const [before, after] = baselines.map(([begin, end]) => p99(samples, begin, end).value);
  const without = (before + after) / 2;
  const beside = p99(samples, from, to).value;
  t.diagnostic(`p99 of the others: ${before.toFixed(1)} and ${after.toFixed(1)} ms without slow sockets, ${beside.toFixed(1)} ms beside them`);
  assert.ok(beside <= P99_FACTOR * without, `p99 ${beside} ms beside slow sockets, ${without} ms without`);
};
