// The disk fills up under the data folder: sends are refused with 507 and leave nothing behind, reading goes on, and
// once there is room again sends work without a restart. The databases stay whole.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Load } from '../load.mjs';
import { LONG } from '../scale.mjs';
import { Server } from '../server.mjs';

const DISK_MIB = LONG ? 64 : 32;
const FULL_SECONDS = LONG ? 20 : 4;
const SCALE = LONG ? {} : { senders: 8, readers: 8, channels: 4, perReader: 4, rate: 100 };

/** A file system of its own, so small that it can be filled. */
const smallDisk = (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guildhall-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'guildhall-faults', folder]);
  t.after(() => {
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
};

/** Writes until the disk takes no more byte. */
const fill = (file) => {
  const fd = openSync(file, 'w');
  for (let size = 1 << 20; size >= 1; ) {
    try {
      if (writeSync(fd, Buffer.alloc(size, 'x')) < size) size >>= 1;
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
      size >>= 1;
    }
  }
  closeSync(fd);
};

const until = async (what, withinMs, attempt) => {
  for (const deadline = performance.now() + withinMs; performance.now() < deadline; await sleep(50)) {
    if (await attempt()) return;
  }
  assert.fail(`${what}: not within ${withinMs} ms`);
};

test('a full disk refuses, keeps reading, and recovers', async (t) => {
  const disk = smallDisk(t);
  const data = join(disk, 'data');
  mkdirSync(data);
  const server = await Server.start({ data });
  const load = await Load.start(server, SCALE);
  t.after(async () => {
    await load.abandon();
    await server.stop();
  });
  const { owner, channels } = load.world;
  const send = (text) => {
    const body = { nonce: crypto.randomUUID(), text };
    return server.ask('POST', `/channels/${channels[0]}/messages`, { token: owner.token, body });
  };
  await load.run(1);
  const ballast = join(disk, 'ballast');
  fill(ballast);
  const refused = () => load.history.count.fail;
  await until('the load is refused', 30_000, () => refused() > 20);
  const before = refused();
  await load.run(FULL_SECONDS);
  assert.ok(refused() > before, 'the load was not refused while the disk was full');
  const answer = await send('does this fit?');
  assert.equal(answer.status, 507, JSON.stringify(answer.body));
  assert.equal(answer.body.code, 'disk_full');
  for (const path of [`/channels/${channels[0]}/messages?limit=50`, '/guilds', '/overview', '/me']) {
    assert.equal((await server.ask('GET', path, { token: owner.token })).status, 200, `${path} on a full disk`);
  }
  assert.ok(server.running, server.output);
  const { pid } = server;
  rmSync(ballast);
  const freed = performance.now();
  const acknowledged = load.history.count.ok;
  await until('sends are taken again', 5_000, () => load.history.count.ok > acknowledged + 10);
  t.diagnostic(`sends again ${(performance.now() - freed).toFixed(0)} ms after there was room`);
  await load.run(1);
  assert.equal(server.pid, pid, 'no restart was needed');
  await load.finish();
  assert.deepEqual((await server.terminate()).code, 0);
  const { violations, said, counts } = load.judge();
  t.diagnostic(`${load.summary()}; ${counts.fail} refused`);
  assert.deepEqual(violations, [], said);
  for (const file of readdirSync(data).filter((name) => name.endsWith('.db'))) {
    const word = execFileSync('sqlite3', [join(data, file), 'PRAGMA integrity_check'], { encoding: 'utf8' });
    assert.equal(word.trim(), 'ok', file);
  }
});
