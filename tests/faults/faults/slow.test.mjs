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
import { quantile, takeTurns } from '../slowdown.mjs';
import { connections } from '../tcp.mjs';
import { makeWorld } from '../world.mjs';

const SLOW = 50;
/** Every other one reads again, so long after its bound was reached. */
const RESUMES_AFTER_MS = 5_000;
const HEALTHY = 8;
const EVERY_MS = 10;
const TEXT_LENGTH = 3_900;
/** What fills the kernel's buffers sooner than the steady load would: letters of three bytes. */
const FILLER = '語';
/** The kernel takes no more for a socket when so much was published after it took the last byte. */
const BLOCKED_BYTES = 1 << 18;
/** A socket's backlog has reached its bound when so much of the steady load was. */
const BOUND_BYTES = 1 << 20;
const SETTLED_MS = 10_000;
const GROWTH_BYTES = 1 << 20;
const TURNS = LONG ? { least: 5, most: 10, factor: 1.5 } : { least: 2, most: 5, factor: 1.5 };
const QUIET_MS = 5_500;
const SECOND_MS = 1_000;
const WATCH_MS = 200;
const GIVE_UP_MS = 60_000;

/** Writes the history, and measures how long a message takes from the sender to each healthy reader. */
class TimedHistory extends History {
  sent = new Map();
  taken = [];
  publishedBytes = 0;

  write(type, fields) {
    super.write(type, fields);
    const now = performance.now();
    if (type === 'invoke') {
      this.sent.set(fields.nonce, now);
      this.publishedBytes += Buffer.byteLength(fields.text);
    } else if (type === 'receive' && fields.reader.startsWith('healthy') && this.sent.has(fields.nonce)) {
      this.taken.push(now - this.sent.get(fields.nonce));
    }
  }
}

/** Each second's 99th percentile of what healthy readers waited, and the server's processor time per delivery to them. */
const seconds = (server, history) => {
  const list = [];
  history.taken = [];
  let processorMs = server.processorMs();
  const timer = setInterval(() => {
    const { taken } = history;
    history.taken = [];
    const used = server.processorMs() - processorMs;
    processorMs += used;
    const nothing = taken.length === 0;
    list.push({ ms: nothing ? Infinity : quantile(taken, 0.99), processor: nothing ? Infinity : used / taken.length });
  }, SECOND_MS);
  return () => {
    clearInterval(timer);
    return list;
  };
};

/** Notes what the kernel and the server did with a stalled socket, and lets it read again when it is time. */
const look = (fate, connection, publishedBytes, now) => {
  if (!fate.resumedAt && !connection?.open) {
    fate.closedAt ??= now;
  } else if (!fate.resumedAt && connection.queuedBytes > fate.queuedBytes) {
    // The kernel took more after all: the backlog begins anew.
    Object.assign(fate, { queuedBytes: connection.queuedBytes, takenAtBytes: publishedBytes, boundAt: undefined });
  } else if (!fate.boundAt && publishedBytes - fate.takenAtBytes >= BOUND_BYTES) {
    fate.boundAt = now;
  }
  if (fate.resumes && !fate.resumedAt && (fate.closedAt || isDue(fate, now))) {
    fate.resumedAt = now;
    fate.target = fate.newest();
    fate.reader.resume();
  }
  if (fate.resumedAt && fate.reader.last(fate.channel) >= fate.target) fate.syncedAt = now;
};

const isDue = (fate, now) => now - fate.boundAt >= RESUMES_AFTER_MS;

/** The seconds without slow sockets; they are watched just as well, because that costs something, too. */
const quietSeconds = async (server, history) => {
  const stop = seconds(server, history);
  for (const end = performance.now() + QUIET_MS; performance.now() < end; await sleep(WATCH_MS)) {
    await connections(server.port);
    server.residentBytes();
  }
  return stop();
};

/** Watches stalled sockets until each is closed or has read again; answers the seconds in which none takes anything. */
const besideStalled = async ({ server, history, fates, filler }) => {
  const filling = filler.run();
  const pending = new Set(fates);
  const begun = performance.now();
  let stop;
  let beside;
  let residentMost = 0;
  while (pending.size > 0 && performance.now() - begun < GIVE_UP_MS) {
    await sleep(WATCH_MS);
    const now = performance.now();
    const known = await connections(server.port);
    if (fates.some((fate) => isDue(fate, now))) beside ??= stop?.() ?? [];
    for (const fate of pending) {
      look(fate, known.get(fate.port), history.publishedBytes, now);
      if (fate.resumes ? fate.syncedAt : fate.closedAt) pending.delete(fate);
    }
    residentMost = Math.max(residentMost, server.residentBytes());
    if (!stop && fates.every((fate) => history.publishedBytes - fate.takenAtBytes >= BLOCKED_BYTES)) {
      await filler.finish(GIVE_UP_MS);
      // What counts for the bound is the steady load, which is the same with and without slow sockets.
      for (const fate of fates) Object.assign(fate, { takenAtBytes: history.publishedBytes, boundAt: undefined });
      stop = seconds(server, history);
    }
  }
  beside ??= stop?.() ?? [];
  await filler.finish(GIVE_UP_MS);
  await filling;
  return { beside, residentMost };
};

test(`${SLOW} sockets stop reading`, async (t) => {
  const server = await Server.start();
  const world = await makeWorld(server, { senders: 2, readers: 2, channels: TURNS.most + 2 });
  const history = new TimedHistory(join(server.folder, 'history.jsonl'));
  // A channel for the quiet seconds and one for each turn, so that those who are to stall have nothing to read before,
  // and the kernel no reason to hold much for them.
  const channels = world.channels.slice(0, TURNS.most + 1);
  const [quiet, ...stalled] = channels;
  const named = (prefix, count, watched) =>
    Array.from({ length: count }, (_, i) => {
      const person = { ...world.readers[0], name: `${prefix}${i}` };
      return new Reader({ server, person, channels: watched, history, may: () => true });
    });
  const sends = (person, options) =>
    new Sender({ server, person, channels: [quiet], history, everyMs: EVERY_MS, textLength: TEXT_LENGTH, ...options });
  const healthy = named('healthy', HEALTHY, channels);
  const sender = sends(world.senders[0]);
  const allFates = [];
  t.after(async () => {
    for (const each of [...healthy, ...allFates.map((fate) => fate.reader)]) each.close();
    sender.stopped = true;
    sender.link.close();
    await history.close();
    await server.stop();
  });
  await Promise.all(healthy.map((each) => each.open()));
  const sending = sender.run();
  await sleep(2 * SECOND_MS);

  let growth = 0;
  const turn = async () => {
    const channel = stalled[allFates.length / SLOW];
    sender.channels = [quiet];
    const without = await quietSeconds(server, history);
    const residentBefore = server.residentBytes();
    const slow = named(`slow${allFates.length / SLOW}-`, SLOW, [channel]);
    const newest = () => Math.max(...healthy.map((each) => each.last(channel)));
    const fates = slow.map((reader, i) => ({ reader, channel, newest, resumes: i % 2 === 1, queuedBytes: -1, takenAtBytes: 0 }));
    allFates.push(...fates);
    await Promise.all(slow.map((each) => each.open()));
    while (!slow.every((each) => each.isLive)) await sleep(10);
    for (const fate of fates) {
      fate.port = fate.reader.link.socket._socket.localPort;
      fate.reader.stall();
    }
    sender.channels = [channel];
    const filler = sends(world.senders[1], { channels: [channel], filler: FILLER });
    const { beside, residentMost } = await besideStalled({ server, history, fates, filler });
    growth = Math.max(growth, (residentMost - residentBefore) / SLOW);
    for (const fate of fates) if (!fate.resumes) fate.reader.close();
    const of = (measure) => ({
      without: without.map((second) => second[measure]),
      beside: beside.map((second) => second[measure]),
    });
    return { ms: of('ms'), processor: of('processor') };
  };
  const verdict = await takeTurns(TURNS, turn);
  await sender.finish(10_000);
  await sending;
  const heads = await readHeads(server, world.owner.token, channels);
  const whole = [...healthy, ...allFates.filter((fate) => fate.resumes).map((fate) => fate.reader)];
  const isWhole = (reader) => [...reader.streams.keys()].every((channel) => reader.last(channel) >= heads[channel]);
  for (const end = performance.now() + 15_000; performance.now() < end && !whole.every(isWhole); ) await sleep(50);
  for (const each of whole) each.close();
  await history.close();
  t.diagnostic(`the server grew by ${(growth / 1_024).toFixed(0)} KiB per slow socket`);
  judgeOthers(t, verdict);
  judgeFates(t, allFates);
  assert.ok(growth <= GROWTH_BYTES, `${growth} bytes per slow socket`);
  // What those missed who never read again is no concern of the judge.
  const names = new Set(whole.map((each) => each.person.name));
  const lines = readHistory(history.file).filter((line) => line.reader === undefined || names.has(line.reader));
  const violations = check(lines, await readFinal(server, world.owner.token, channels));
  assert.deepEqual(violations, [], report(violations));
});

const judgeFates = (t, fates) => {
  const seconds = (list) => (list.length === 0 ? 'none' : `${(Math.max(...list) / 1_000).toFixed(1)} s at most`);
  const bound = fates.filter((fate) => fate.boundAt === undefined && fate.closedAt === undefined);
  assert.equal(bound.length, 0, `${bound.length} slow sockets never reached their bound: the test was too short`);
  const closedMs = fates.filter((fate) => !fate.resumes).map((fate) => (fate.closedAt ?? Infinity) - (fate.boundAt ?? fate.closedAt));
  const syncedMs = fates.filter((fate) => fate.resumes).map((fate) => (fate.syncedAt ?? Infinity) - fate.resumedAt);
  t.diagnostic(`closed after the bound: ${seconds(closedMs)}; whole after reading again: ${seconds(syncedMs)}; ${Math.max(...fates.map((f) => f.queuedBytes))} bytes in the kernel`);
  const late = (list) => list.filter((ms) => ms > SETTLED_MS).length;
  assert.equal(late(closedMs), 0, `${late(closedMs)} of ${closedMs.length} that never read again were open after 10 s`);
  assert.equal(late(syncedMs), 0, `${late(syncedMs)} of ${syncedMs.length} that read again were not whole after 10 s`);
};

const judgeOthers = (t, { turns, ms, processor }) => {
  const said = (what, unit, { without, beside, most }) =>
    `${what}: ${without.toFixed(2)} ${unit} without slow sockets, ${beside.toFixed(2)} beside them, ${most.toFixed(2)} at most`;
  const words = [said("the others' p99", 'ms', ms), said('processor time per delivery', 'ms', processor)];
  t.diagnostic(`${turns} turns; ${words.join('; ')}`);
  assert.ok(!ms.slower && !processor.slower, words.join('; '));
};
