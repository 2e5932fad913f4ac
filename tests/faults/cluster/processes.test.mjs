// Processes of a fleet die and are replaced under load: nothing acknowledged is lost, shown twice or out of order, and no
// send fails for good.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LONG } from '../scale.mjs';
import { loaded, processes, restart } from './cluster.mjs';

const ROUNDS = LONG ? 3 : 1;
/** A process that has just come back needs this until it serves, on a busy machine. */
const SETTLE_SECONDS = 1;

const judge = async (t, load, atLeast) => {
  await load.run(2);
  await load.finish({ answerMs: 30_000, catchUpMs: 30_000 });
  const { violations, said, counts, refusals, unanswered } = load.judge();
  t.diagnostic(load.summary());
  assert.deepEqual(violations, [], said);
  assert.equal(unanswered, 0, 'every send was answered in the end');
  assert.equal(counts.fail ?? 0, 0, 'no send failed for good');
  assert.ok(counts.ok > atLeast, `only ${counts.ok} acknowledgements: this was no load`);
  assert.ok(refusals.includes(load.world.secret), 'the private channel was not refused to those outside');
};

test('each process is killed once, and comes back', async (t) => {
  const { server, load } = await loaded(t);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [place, { role }] of processes(server).entries()) {
      if (role === 'nginx') continue;
      await load.underWay(2);
      const ms = await restart(server, place, 'SIGKILL');
      t.diagnostic(`${role} killed, back after ${ms.toFixed(0)} ms`);
      await load.run(SETTLE_SECONDS);
    }
  }
  await judge(t, load, 100);
});

test(`a rolling restart, ${LONG ? 3 : 1} times`, async (t) => {
  const { server, load } = await loaded(t);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [place, { role }] of processes(server).entries()) {
      if (role === 'nginx') continue;
      await restart(server, place, 'SIGTERM');
      await load.run(SETTLE_SECONDS);
    }
  }
  await judge(t, load, 100);
});
