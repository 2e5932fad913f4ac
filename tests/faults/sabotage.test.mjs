// Servers that are wrong on purpose: the judge must notice each of them, and find nothing wrong with the same program
// without its fault. GUILDHALL_TEST_SABOTAGED is the binary `guildhall-sabotaged`.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { rulesOf } from './checker.mjs';
import { Load } from './load.mjs';
import { Server } from './server.mjs';

const program = resolve(process.env.GUILDHALL_TEST_SABOTAGED ?? '../../target/debug/guildhall-sabotaged');
// Each finds something half done with some luck; all of them without any is not to be feared.
const KILLS = 4;
const SMALL = { senders: 10, readers: 10, channels: 4, perReader: 4, rate: 200 };

const underLoad = async (t, sabotage, options) => {
  const server = await Server.start({ program, env: sabotage ? { GUILDHALL_TEST_SABOTAGE: sabotage } : {} });
  t.after(() => server.stop());
  const load = await Load.start(server, { ...SMALL, ...options });
  t.after(() => load.abandon());
  for (let i = 0; i < KILLS; i++) {
    await load.run(1);
    await server.kill();
    await server.up();
  }
  await load.run(1);
  // Whoever was shown what isn't there waits for the rest in vain: that needn't take long.
  await load.finish({ answerMs: 5_000, catchUpMs: 2_000 });
  const { violations, said } = load.judge();
  t.diagnostic(`${load.summary()}; ${said.replaceAll(/\n +.*/g, '').replaceAll('\n', ', ') || 'nothing broken'}`);
  return rulesOf(violations);
};

test('without a fault nothing is flagged', async (t) => {
  assert.deepEqual(await underLoad(t, undefined, {}), []);
});

test('flagged: acknowledges before the commit', async (t) => {
  // Without repeats, so that only the kills can show it.
  const rules = await underLoad(t, 'ack-before-commit', { repeatOneIn: 0 });
  assert.ok(rules.includes('lost') || rules.includes('changed'), `only ${rules}`);
});

test('flagged: publishes before the commit', async (t) => {
  const rules = await underLoad(t, 'publish-before-commit', { repeatOneIn: 0 });
  assert.ok(rules.includes('reader_phantom'), `only ${rules}`);
});

test('flagged: forgets nonces', async (t) => {
  const rules = await underLoad(t, 'no-dedupe', { repeatOneIn: 20 });
  assert.ok(rules.includes('twice'), `only ${rules}`);
});
