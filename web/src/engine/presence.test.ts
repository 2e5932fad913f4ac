import { expect, test } from 'vitest';
import { Activity, IDLE_MS, withPresences } from './presence';
import { FakePlatform } from './testing/platform';
import type { ClientFrame } from './wire';

function start() {
  const platform = new FakePlatform();
  const told: string[] = [];
  const send = (frame: ClientFrame) => told.push(frame.op === 'presence' ? frame.status : frame.op) > 0;
  return { platform, told, activity: new Activity(platform, send) };
}

test('a device that nobody touches is idle after ten minutes, and no longer at the first touch', async () => {
  const { platform, told, activity } = start();
  await platform.pass(IDLE_MS / 2);
  activity.touched();
  await platform.pass(IDLE_MS / 2 + 1_000);
  expect(told).toEqual([]);
  await platform.pass(IDLE_MS / 2);
  expect(told).toEqual(['idle']);
  await platform.pass(IDLE_MS * 3);
  expect(told).toEqual(['idle']);
  activity.touched();
  activity.touched();
  expect(told).toEqual(['idle', 'online']);
  await platform.pass(IDLE_MS + 1_000);
  expect(told).toEqual(['idle', 'online', 'idle']);
});

test('an idle device that comes back after a loss says so again, one that is used says nothing', async () => {
  const { platform, told, activity } = start();
  activity.connected();
  expect(told).toEqual([]);
  await platform.pass(IDLE_MS + 1_000);
  activity.connected();
  expect(told).toEqual(['idle', 'idle']);
});

test('who is told of is here in one way or another, or is not; others stay', () => {
  const told = (users: Record<string, boolean>, states?: Record<string, 'idle' | 'do_not_disturb'>) =>
    ({ op: 'presence', users, states }) as const;
  const first = withPresences({}, told({ 2: true, 3: true, 4: false }, { 3: 'do_not_disturb' }));
  expect(first).toEqual({ 2: 'online', 3: 'do_not_disturb', 4: 'offline' });
  const then = withPresences(first, told({ 2: true, 4: true }, { 2: 'idle' }));
  expect(withPresences(then, told({ 3: false }))).toEqual({ 2: 'idle', 3: 'offline', 4: 'online' });
});
