import { beforeEach, expect, test } from 'vitest';
import { GAP_WAIT_MS, Streams } from './streams';
import { FakePlatform } from './testing/platform';
import type { StreamEvent } from './wire';

let platform: FakePlatform;
let applied: number[];
let asked: [string, number][];
let streams: Streams;

const event = (seq: number) => ({ stream: 's', seq, kind: 'guild_edited' }) as StreamEvent;
const receive = (...seqs: number[]) => {
  for (const seq of seqs) streams.receive(event(seq));
};

beforeEach(() => {
  platform = new FakePlatform();
  applied = [];
  asked = [];
  streams = new Streams(platform, {
    apply: ({ seq }) => applied.push(seq),
    watch: (stream, since) => asked.push([stream, since]),
  });
  streams.place('s', 0);
});

test('events are applied in order and once', () => {
  receive(1, 2, 2, 1, 3);
  expect(applied).toEqual([1, 2, 3]);
});

test('an early event waits for the ones before it', async () => {
  receive(1, 3, 4);
  expect(applied).toEqual([1]);
  receive(2);
  expect(applied).toEqual([1, 2, 3, 4]);
  await platform.pass(GAP_WAIT_MS * 2);
  expect(asked).toEqual([]);
});

test('a gap that stays is asked for, once', async () => {
  receive(1, 3, 4);
  await platform.pass(GAP_WAIT_MS - 1);
  expect(asked).toEqual([]);
  await platform.pass(1);
  expect(asked).toEqual([['s', 1]]);
  receive(2, 3, 4);
  expect(applied).toEqual([1, 2, 3, 4]);
  await platform.pass(GAP_WAIT_MS * 2);
  expect(asked).toHaveLength(1);
});

test('a confirmation ahead of us is a gap as well', async () => {
  receive(1);
  streams.confirm('s', 3);
  await platform.pass(GAP_WAIT_MS);
  expect(asked).toEqual([['s', 1]]);
});

test('a snapshot that is behind has its events replayed, one that is ahead skips them', () => {
  receive(1, 2, 3);
  expect(streams.place('s', 2)).toBe(true);
  receive(3, 4);
  expect(streams.place('s', 6)).toBe(false);
  receive(5, 6, 7);
  expect(applied).toEqual([1, 2, 3, 3, 4, 7]);
});

test('a snapshot releases what waited for it', () => {
  receive(4);
  streams.place('s', 3);
  expect(applied).toEqual([4]);
});

test('streams that are not followed are ignored', () => {
  streams.forget('s');
  receive(1, 2);
  expect(applied).toEqual([]);
});
