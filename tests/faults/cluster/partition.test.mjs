// Two nodes on two hosts (tests/with-namespaces). One is cut off from the database and the broker while people still
// reach it, and nobody is told: the other goes on, what was acknowledged stays one story, and soon after it is
// mended everybody has all of it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { readHeads } from '../final.mjs';
import { LONG } from '../scale.mjs';
import { loaded } from './cluster.mjs';

const SECONDS = LONG ? 20 : 7;
const CONVERGED_MS = 5_000;
const CUTS = LONG ? [['database', 'broker'], ['database'], ['broker']] : [['database', 'broker']];

const link = (to, state) => execFileSync('ip', ['link', 'set', `one-${to}`, state]);

for (const cut of CUTS) {
  test(`a host is cut off from the ${cut.join(' and the ')} for ${SECONDS} s`, async (t) => {
    assert.ok(process.env.GUILDHALL_TEST_NAMESPACES, 'this needs two hosts: run it under tests/with-namespaces');
    const { server, load } = await loaded(t);
    await load.underWay(2);
    for (const to of cut) link(to, 'down');
    t.after(() => cut.forEach((to) => link(to, 'up')));
    await load.run(2);
    const before = load.history.count.ok;
    await load.run(SECONDS - 2);
    const meanwhile = load.history.count.ok - before;
    for (const to of cut) link(to, 'up');
    const mended = performance.now();
    const heads = await readHeads(server, load.world.owner.token, load.world.channels);
    await load.caughtUp(heads, 4 * CONVERGED_MS);
    const took = performance.now() - mended;
    t.diagnostic(`${meanwhile} acknowledged meanwhile; everybody had it ${took.toFixed(0)} ms after it was mended`);
    await load.run(2);
    await load.finish({ answerMs: 30_000, catchUpMs: 30_000 });
    const { violations, said, unanswered } = load.judge();
    t.diagnostic(load.summary());
    assert.deepEqual(violations, [], said);
    assert.equal(unanswered, 0, 'every send was answered in the end');
    assert.ok(meanwhile > 10 * (SECONDS - 2), 'the other host went on');
    assert.ok(took <= CONVERGED_MS, `it took ${took.toFixed(0)} ms until everybody had all`);
  });
}
