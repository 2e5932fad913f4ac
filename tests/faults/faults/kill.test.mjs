// Kills the server with SIGKILL in the middle of the load, again and again: nothing acknowledged is lost, nothing is
// shown twice or out of order, and it is ready again in 3 s.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Load } from '../load.mjs';
import { Server } from '../server.mjs';
import { LONG, WHOLE } from '../scale.mjs';

const KILLS = LONG ? 25 : 5;
const READY_MS = 3_000;

test(`the load goes through ${KILLS} kills`, async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const load = await Load.start(server);
  t.after(() => load.abandon());
  const ready = [];
  for (let i = 0; i < KILLS; i++) {
    await load.run((LONG ? 3 : 1) + Math.random());
    await load.underWay(3);
    await server.kill();
    ready.push(await server.up());
  }
  await load.run(2);
  await load.finish();
  const { violations, said, counts, refusals, unanswered } = load.judge();
  t.diagnostic(`${load.summary()}; ready after ${ready.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}`);
  assert.deepEqual(violations, [], said);
  assert.equal(unanswered, 0, 'every send was answered in the end');
  assert.ok(counts.info > 0, 'no send was in doubt: the kills did not hit the load');
  assert.ok(counts.ok > KILLS * (WHOLE ? 100 : 20), `only ${counts.ok} acknowledgements: this was no load`);
  assert.ok(refusals.includes(load.world.secret), 'the private channel was not refused to those outside');
  assert.ok(Math.max(...ready) <= READY_MS, `ready after ${ready} ms`);
});
