// The clock jumps an hour ahead and two hours back while the load runs, and the server is restarted in a past that it
// has lived through already: no id is made twice, order stays, sends go on.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Load } from '../load.mjs';
import { LONG } from '../scale.mjs';
import { Server } from '../server.mjs';

const SECONDS = LONG ? 10 : 2;
const HOUR_MS = 3_600_000;
const NEAR_MS = 60_000;
const SCALE = LONG ? {} : { senders: 10, readers: 10, channels: 5, perReader: 5, rate: 200 };

/** Debian's libfaketime for programs with threads, whatever the machine's architecture. */
const library = () => {
  const found = readdirSync('/usr/lib').map((folder) => join('/usr/lib', folder, 'faketime/libfaketimeMT.so.1')).find(existsSync);
  assert.ok(found, 'libfaketime is missing: run tests/need faketime');
  return found;
};

test('the clock jumps an hour ahead and back', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guildhall-clock-'));
  const clock = join(folder, 'clock');
  const setClock = (hours) => writeFileSync(clock, `${hours < 0 ? '-' : '+'}${Math.abs(hours) * 3_600}\n`);
  setClock(0);
  const env = {
    LD_PRELOAD: library(),
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  const server = await Server.start({ env });
  const load = await Load.start(server, SCALE);
  t.after(async () => {
    await load.abandon();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const { owner, secret } = load.world;
  const ids = [];
  const probe = async (hours, when) => {
    const body = { nonce: crypto.randomUUID(), text: `the clock is ${when}` };
    load.history.write('invoke', { process: 'probe', author: owner.id, channel: secret, ...body });
    const sent = await server.call('POST', `/channels/${secret}/messages`, { token: owner.token, body });
    const { id, number, sent_at: sentAt } = sent.message;
    load.history.write('ok', { process: 'probe', channel: secret, nonce: body.nonce, id, seq: sent.seq, number });
    ids.push(BigInt(id));
    const off = Date.parse(sentAt) - Date.now() - hours * HOUR_MS;
    assert.ok(Math.abs(off) < NEAR_MS, `${when}: the server's clock is ${off} ms from where it was put`);
  };
  const phase = async (hours, when) => {
    setClock(hours);
    const before = load.history.count.ok;
    await load.run(SECONDS);
    await probe(hours, when);
    assert.ok(load.history.count.ok > before + SECONDS * 20, `${when}: sends stopped`);
  };
  await phase(0, 'right');
  await phase(1, 'an hour ahead');
  await phase(-1, 'an hour behind');
  await server.kill();
  await server.up();
  await phase(-1, 'an hour behind after a restart');
  await phase(0, 'right again');
  await load.finish();
  const { violations, said } = load.judge();
  t.diagnostic(load.summary());
  assert.deepEqual(violations, [], said);
  assert.ok(ids.every((id, i) => i === 0 || id > ids[i - 1]), `ids went back: ${ids}`);
});
