// The judge of traces is judged: a good trace passes, and each planted bad one is flagged.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { judgeTrace } from './trace.mjs';

const WAL = '/data/messages.db-wal';
const PAGE = 4_096;
const nonce = randomUUID();

const hex = (buffer) => `"${[...Buffer.from(buffer)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}"`;
const fd = (number, path) => `${number}<${hex(path).slice(1, -1)}>`;
const log = (path) => fd(9, path);

/** The two writes of a frame: its header, which names the database's size in the last frame of a transaction, and its page. */
const frame = (index, text, isLast, path = WAL) => {
  const header = Buffer.alloc(24);
  header.writeUInt32BE(isLast ? 12 : 0, 4);
  const page = Buffer.alloc(PAGE);
  page.write(text, 100);
  const offset = 32 + index * (24 + PAGE);
  return [
    `70 pwrite64(${log(path)}, ${hex(header)}, 24, ${offset}) = 24`,
    `70 pwrite64(${log(path)}, ${hex(page)}, ${PAGE}, ${offset + 24}) = ${PAGE}`,
  ];
};

const commit = [...frame(0, `nonce ${nonce}`, false), ...frame(1, 'the rest', true)];
const sync = [`70 fsync(${log(WAL)}) = 0`];
const syncBegins = [`70 fdatasync(${log(WAL)} <unfinished ...>`];
const syncEnds = ['70 <... fdatasync resumed>) = 0'];
const socket = fd(12, 'socket:[77]');
const ack = [`71 sendto(${socket}, ${hex(`{"op":"ack","nonce":"${nonce}","seq":1}`)}, 60, MSG_NOSIGNAL, NULL, 0) = 60`];
const event = [`72 writev(${socket}, [{iov_base=${hex('\u0081~')}, iov_len=2}, {iov_base=${hex(`{"op":"event","nonce":"${nonce}"}`)}, iov_len=50}], 2) = 52`];

const judge = async (...parts) => {
  const { violations, counts } = await judgeTrace(parts.flat(), { wal: '/messages.db-wal', nonces: new Set([nonce]) });
  return { rules: violations.map((violation) => violation.rule), counts };
};

test('written, synced, acknowledged, published: nothing to say', async () => {
  const { rules, counts } = await judge(commit, sync, ack, event);
  assert.deepEqual(rules, []);
  assert.deepEqual(counts, { acks: 1, frames: 2, syncs: 1, grouped: 0 });
});

test('a sync that another thread interrupts in the trace counts once it has ended', async () => {
  assert.deepEqual((await judge(commit, syncBegins, '75 write(1<\\x2f>, "\\x2e", 1) = 1', syncEnds, ack)).rules, []);
  assert.deepEqual((await judge(commit, syncBegins, ack, syncEnds)).rules, ['unsynced']);
});

test('a transaction that holds several messages is known as a group', async () => {
  const other = randomUUID();
  const both = [...frame(0, `${nonce} ${other}`, true)];
  assert.equal((await judge(both, sync, ack)).counts.grouped, 1);
});

const PLANTED = {
  'acknowledged before it was written': [[ack, commit, sync], ['unwritten']],
  'acknowledged between the write and the sync': [[commit, ack, sync], ['unsynced']],
  'published between the write and the sync': [[commit, event, sync, ack], ['unsynced']],
  'the sync began before the last page was written': [[commit.slice(0, 2), syncBegins, commit.slice(2), syncEnds, ack], ['unsynced']],
  'the sync ended before the message was written': [[sync, commit, ack], ['unsynced']],
  'the sync failed': [[commit, `70 fsync(${log(WAL)}) = -1 EIO (Input/output error)`, ack], ['unsynced']],
  'another file was synced': [[commit, `70 fsync(${log('/data/people.db-wal')}) = 0`, ack], ['unsynced']],
  'it was written to another file': [
    [frame(0, nonce, true, '/data/people.db-wal'), `70 fsync(${log('/data/people.db-wal')}) = 0`, ack],
    ['unwritten'],
  ],
  'its transaction was never finished': [[commit.slice(0, 2), sync, ack], ['unwritten']],
  'nothing was synced at all': [[commit, ack, event], ['unsynced', 'unsynced']],
};

for (const [name, [parts, expected]] of Object.entries(PLANTED)) {
  test(`flagged: ${name}`, async () => assert.deepEqual((await judge(...parts)).rules, expected));
}
