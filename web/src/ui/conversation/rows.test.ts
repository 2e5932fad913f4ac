import { expect, test } from 'vitest';
import type { Message } from '../../api/types';
import type { Pending } from '../../engine/state';
import { makeRows } from './rows';

const noon = new Date(2026, 5, 1, 12).getTime();

function message(number: number, author: string, minute: number, change: Partial<Message> = {}): Message {
  const sent_at = new Date(noon + minute * 60_000).toISOString();
  const base = {
    id: String(number),
    channel: 'c',
    number,
    author,
    text: `t${number}`,
    reply_to: null,
    deleted: false,
  };
  return { ...base, sent_at, ...change };
}

function pending(change: Partial<Pending>): Pending {
  const base: Pending = {
    nonce: 'n',
    channel: 'c',
    text: 't',
    replyTo: null,
    createdAt: noon,
    phase: 'sending',
  };
  return { ...base, ...change };
}

const heads = (messages: Message[], newAfter: number | null = null) =>
  makeRows(messages, [], 'me', newAfter).map(({ isHead }) => isHead);

test('one author goes on under one head, for some minutes', () => {
  expect(heads([message(1, 'a', 0), message(2, 'a', 1), message(3, 'b', 2), message(4, 'a', 3)])).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect(heads([message(1, 'a', 0), message(2, 'a', 8)])).toEqual([true, true]);
});

test('a reply and a new day begin anew', () => {
  expect(heads([message(1, 'a', 0), message(2, 'a', 1, { reply_to: '1' })])).toEqual([true, true]);
  const rows = makeRows([message(1, 'a', 0), message(2, 'a', 60 * 12 + 1)], [], 'me', null);
  expect(rows.map(({ isNewDay }) => isNewDay)).toEqual([true, true]);
});

test('the "New" line stands above the first new message of someone else', () => {
  const messages = [message(1, 'a', 0), message(2, 'me', 1), message(3, 'a', 2), message(4, 'a', 2)];
  const marks = makeRows(messages, [], 'me', 1).map(({ isFirstNew }) => isFirstNew);
  expect(marks).toEqual([false, false, true, false]);
  expect(makeRows(messages, [], 'me', null).some(({ isFirstNew }) => isFirstNew)).toBe(false);
});

test('what is on its way stands at the end, until it is there', () => {
  const messages = [message(1, 'a', 0)];
  expect(makeRows(messages, [pending({})], 'me', null)).toHaveLength(2);
  expect(makeRows(messages, [pending({ phase: 'acked', number: 2 })], 'me', null)).toHaveLength(2);
  expect(makeRows(messages, [pending({ phase: 'acked', number: 1 })], 'me', null)).toHaveLength(1);
});

test('what may have arrived before the connection broke is not shown twice', () => {
  const arrived = message(2, 'me', 1, { text: 'same' });
  const uncertain = pending({ text: 'same', phase: 'queued', uncertainAfter: 1 });
  expect(makeRows([message(1, 'a', 0), arrived], [uncertain], 'me', null)).toHaveLength(2);
  expect(makeRows([message(1, 'a', 0)], [uncertain], 'me', null)).toHaveLength(2);
  const earlier = message(1, 'me', 0, { text: 'same' });
  expect(makeRows([earlier], [uncertain], 'me', null)).toHaveLength(2);
});
