// The judge of slowness is judged: on a machine that has bad moments it accuses nobody who costs nothing, and it finds
// who costs others more than their time again, however the bad moments fall.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, takeTurns } from './slowdown.mjs';

const TURNS = { least: 2, most: 5, factor: 1.5 };
const SECONDS = 5;
const SEEDS = 1_000;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
const seeded = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let z = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
  return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
};

/** Rounds on a machine that wavers by a third and now and then is busy with something else for some seconds. */
const planted = (seed, cost) => {
  const random = seeded(seed);
  let busySeconds = 0;
  const second = (times) => {
    if (busySeconds === 0 && random() < 0.03) busySeconds = 1 + Math.floor(random() * 4);
    const busy = busySeconds > 0 ? 2 + 4 * random() : 1;
    busySeconds = Math.max(0, busySeconds - 1);
    return times * busy * 8 * (0.75 + 0.6 * random());
  };
  const some = (times) => Array.from({ length: SECONDS }, () => second(times));
  return () => ({ ms: { without: some(1), beside: some(cost) } });
};

/** In how many of a thousand runs one is accused who makes others take `cost` times their time. */
const accused = async (cost) => {
  const runs = Array.from({ length: SEEDS }, (_, seed) => takeTurns(TURNS, planted(seed, cost)));
  return (await Promise.all(runs)).filter(({ ms }) => ms.slower).length;
};

test('who costs nothing is not accused', async () => {
  assert.equal(await accused(1), 0);
});

for (const [cost, found] of [[2, 800], [3, 900], [5, 990], [10, 1_000]]) {
  test(`flagged: makes others take ${cost} times their time`, async () => {
    const count = await accused(cost);
    assert.ok(count >= found, `found only ${count} times of ${SEEDS}`);
  });
}

test('flagged: twice the time, by the first comparison of quiet seconds', () => {
  const without = [8, 9, 8, 7, 9, 8, 10, 8, 8, 7];
  assert.equal(compare(without, without.map((ms) => 2 * ms), 1.5).slower, true);
  assert.equal(compare(without, without.map((ms) => 1.2 * ms), 1.5).slower, false);
});

test('flagged: one of two measures, in every turn', async () => {
  const steady = { without: [5, 5, 5], beside: [5, 5, 6] };
  const verdict = await takeTurns(TURNS, () => ({ ms: steady, processor: { without: [5, 5, 5], beside: [9, 9, 9] } }));
  assert.deepEqual([verdict.turns, verdict.ms.slower, verdict.processor.slower], [TURNS.most, false, true]);
});

test('flagged: others get nothing at all', () => {
  assert.equal(compare([8, 8, 8], [Infinity, Infinity, 8], 1.5).slower, true);
});

test('a bad round is outweighed by those after it', async () => {
  const rounds = [[20, 21, 22], [5, 5, 6], [5, 6, 5], [5, 6, 5]];
  const verdict = await takeTurns(TURNS, () => ({ ms: { without: [5, 5, 5], beside: rounds.shift() } }));
  assert.deepEqual([verdict.turns, verdict.ms.slower], [3, false]);
});
