// Proof that acknowledged means on disk: the server runs under a tracer of system calls, and no message leaves through
// a socket before a sync of the log that began after its transaction was written. A kill can't show this: what was
// written but not synced survives a process, not a power cut.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { readHistory } from '../history.mjs';
import { Load } from '../load.mjs';
import { LONG } from '../scale.mjs';
import { Server, binary } from '../server.mjs';
import { judgeTraceFile, tracer } from '../trace.mjs';

const sabotaged = resolve(process.env.GUILDHALL_TEST_SABOTAGED ?? '../../target/debug/guildhall-sabotaged');
const SECONDS = LONG ? 20 : 3;
const LONE = { senders: 1, readers: 2, channels: 2, perReader: 2, rate: 20 };
const GROUPED = { senders: 12, readers: 2, channels: 3, perReader: 2, rate: 240 };

const traced = async (t, { program = binary(), env, load: options }) => {
  const folder = mkdtempSync(join(tmpdir(), 'guildhall-trace-'));
  const file = join(folder, 'trace');
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const server = await Server.start({ program, wrapper: tracer(file), env });
  t.after(() => server.stop());
  const load = await Load.start(server, options);
  t.after(() => load.abandon());
  await load.run(SECONDS);
  await load.finish();
  await server.terminate();
  const sent = readHistory(load.history.file).filter((line) => line.type === 'invoke');
  const nonces = new Set(sent.map((line) => line.nonce));
  const { violations, counts } = await judgeTraceFile(file, { wal: '/messages.db-wal', nonces });
  t.diagnostic(`${nonces.size} messages: ${JSON.stringify(counts)}, ${violations.length} violations`);
  return { violations, counts, sent: nonces.size, broken: load.judge().said };
};

test('a lone sender is acknowledged after the sync', async (t) => {
  const { violations, counts, sent, broken } = await traced(t, { load: LONE });
  assert.deepEqual(violations, []);
  assert.equal(broken, '');
  assert.ok(sent >= SECONDS * 10 && counts.acks >= sent && counts.frames > counts.acks, JSON.stringify(counts));
});

test('senders who share a sync are acknowledged after it', async (t) => {
  const { violations, counts, sent, broken } = await traced(t, { load: GROUPED });
  assert.deepEqual(violations, []);
  assert.equal(broken, '');
  assert.ok(sent >= SECONDS * 20 && counts.acks >= sent && counts.frames > counts.acks, JSON.stringify(counts));
  assert.ok(counts.grouped > 0, 'no two messages shared a transaction: this was not the grouped case');
});

test('flagged: a server that acknowledges before the commit', async (t) => {
  const env = { GUILDHALL_TEST_SABOTAGE: 'ack-before-commit' };
  const { violations } = await traced(t, { program: sabotaged, env, load: LONE });
  assert.ok(violations.some((violation) => violation.rule === 'unwritten'), 'the trace shows nothing');
});
