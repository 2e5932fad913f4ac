// What a fleet stands on goes away and comes back. Without the broker, people go on talking; without the database,
// nothing is acknowledged; afterwards nothing is missing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHeads } from '../final.mjs';
import { LONG } from '../scale.mjs';
import { loaded, nats, postgres } from './cluster.mjs';

const BROKER_SECONDS = LONG ? 20 : 5;
const DATABASE_SECONDS = LONG ? 10 : 3;
/** Until sends are acknowledged again. */
const RECOVERY_MS = 5_000;
/** Until readers have what they missed; a process looks for the broker once a second at the latest. */
const CAUGHT_UP_MS = 2_000 + 1_000;

const judge = async (t, load) => {
  await load.run(2);
  await load.finish({ answerMs: 30_000, catchUpMs: 30_000 });
  const { violations, said, unanswered } = load.judge();
  t.diagnostic(load.summary());
  assert.deepEqual(violations, [], said);
  assert.equal(unanswered, 0, 'every send was answered in the end');
};

const acknowledged = (load) => load.history.count.ok;

test(`the broker is away for ${BROKER_SECONDS} s`, async (t) => {
  const { server, load } = await loaded(t);
  nats('stop');
  t.after(() => nats('start'));
  await load.run(1);
  const before = acknowledged(load);
  await load.run(BROKER_SECONDS - 1);
  assert.ok(acknowledged(load) > before, 'sending goes on without the broker');
  nats('start');
  const heads = await readHeads(server, load.world.owner.token, load.world.channels);
  const ms = await load.caughtUp(heads, 4 * CAUGHT_UP_MS);
  t.diagnostic(`everybody had it ${ms.toFixed(0)} ms after the broker was back`);
  assert.ok(ms <= CAUGHT_UP_MS, `readers had what they missed only after ${ms.toFixed(0)} ms`);
  await judge(t, load);
});

test('the database is restarted', async (t) => {
  const { load } = await loaded(t);
  await load.underWay(2);
  postgres('stop');
  postgres('start');
  await judge(t, load);
});

test(`the database is away for ${DATABASE_SECONDS} s`, async (t) => {
  const { load } = await loaded(t);
  await load.underWay(2);
  postgres('stop');
  t.after(() => {
    try {
      postgres('start');
    } catch {
      // It runs already.
    }
  });
  await load.run(0.5);
  const before = acknowledged(load);
  await load.run(DATABASE_SECONDS);
  assert.equal(acknowledged(load), before, 'something was acknowledged without a database');
  postgres('start');
  const began = performance.now();
  while (acknowledged(load) === before && performance.now() - began < 4 * RECOVERY_MS) await load.run(0.05);
  const ms = performance.now() - began;
  t.diagnostic(`sends were acknowledged again after ${ms.toFixed(0)} ms`);
  assert.ok(ms < RECOVERY_MS, `sends were acknowledged again after ${ms.toFixed(0)} ms`);
  await judge(t, load);
});
