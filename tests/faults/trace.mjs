// Reads a trace of system calls and says which messages left through a socket before they were safely on disk. The
// order of the trace's lines is the order of the calls' beginnings and ends: a thread that waits for another's sync
// can't begin its own call before the tracer has written down that the sync ended.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The command that writes the trace of what it runs to `file`: all threads, all bytes, descriptors with their paths. */
export const tracer = (file) => [
  '/usr/bin/strace', '-f', '--seccomp-bpf', '-qq', '-y', '-xx', '-s', '131072', '-o', file,
  '-e', 'trace=fdatasync,fsync,write,writev,pwrite64,pwritev,sendto,sendmsg,sendmmsg', '-e', 'signal=none',
];

const NONCE = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const ACK = /"op":"ack"/g;
/** SQLite's file format: the WAL begins with 32 bytes; each frame is a header of 24 bytes and a page. */
const WAL_HEADER = 32;
const FRAME_HEADER = 24;

const bytes = (hex) => Buffer.from(hex.replaceAll('\\x', ''), 'hex');

/** The bytes of all quoted strings among a call's arguments, its descriptor's path apart. */
const data = (args) => Buffer.concat([...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map((match) => bytes(match[1])));

const pathOf = (args) => {
  const path = /^\d+<((?:\\x[0-9a-f]{2})*)>/.exec(args)?.[1];
  return path === undefined ? '' : bytes(path).toString();
};

const offsetOf = (args) => Number(/, (\d+)(?:\)| <unfinished)/.exec(args.slice(args.lastIndexOf('"')))?.[1] ?? Number.NaN);

/** Calls with the lines at which they began and ended; those that never ended have no result. */
async function* calls(lines) {
  const open = new Map();
  let at = 0;
  for await (const line of lines) {
    at += 1;
    const resumed = /^(\d+)\s+<\.\.\. \w+ resumed>(.*)$/.exec(line);
    if (resumed) {
      const call = open.get(resumed[1]);
      open.delete(resumed[1]);
      if (call) yield { ...call, phase: 'end', end: at, result: Number(/= (-?\d+)[^=]*$/.exec(resumed[2])?.[1]) };
      continue;
    }
    const begun = /^(\d+)\s+(\w+)\((.*)$/.exec(line);
    if (!begun) continue;
    const [, thread, name, args] = begun;
    const call = { thread, name, args, start: at };
    yield { ...call, phase: 'start' };
    if (args.endsWith('<unfinished ...>')) open.set(thread, call);
    else yield { ...call, phase: 'end', end: at, result: Number(/= (-?\d+)[^=]*$/.exec(args)?.[1]) };
  }
}

/** What the write-ahead log of one database is told: transactions with the nonces that they hold. */
class Wal {
  constructor() {
    this.pageSize = 4_096;
    this.open = { nonces: new Set() };
    this.commits = false;
    this.writtenBy = new Map();
    this.transactions = [];
  }

  /** A write that began or ended. A transaction is written when the page of its last frame is. */
  write(call) {
    const offset = offsetOf(call.args);
    const content = data(call.args);
    if (call.phase === 'start') {
      if (offset === 0 && content.length >= WAL_HEADER) this.pageSize = content.readUInt32BE(8);
      else if (this.#isFrameHeader(offset, content)) this.commits = content.readUInt32BE(4) !== 0;
      else for (const [nonce] of content.toString('latin1').matchAll(NONCE)) this.open.nonces.add(nonce);
    } else if (this.commits && offset >= WAL_HEADER && !this.#isFrameHeader(offset, content)) {
      const transaction = { ...this.open, end: call.end };
      this.transactions.push(transaction);
      for (const nonce of transaction.nonces) if (!this.writtenBy.has(nonce)) this.writtenBy.set(nonce, transaction);
      this.open = { nonces: new Set() };
      this.commits = false;
    }
  }

  #isFrameHeader(offset, content) {
    return content.length === FRAME_HEADER && (offset - WAL_HEADER) % (this.pageSize + FRAME_HEADER) === 0;
  }
}

/**
 * Judges the lines of a trace. `wal` is the end of the path of the write-ahead log, `nonces` the messages to look for.
 * Answers the violations, and counts that show that there was something to judge.
 */
export const judgeTrace = async (lines, { wal, nonces }) => {
  const log = new Wal();
  const synced = [];
  const violations = [];
  const counts = { acks: 0, frames: 0, syncs: 0, grouped: 0 };
  for await (const call of calls(lines)) {
    const path = pathOf(call.args);
    if (path.endsWith(wal)) {
      if (call.name === 'fsync' || call.name === 'fdatasync') {
        if (call.phase === 'end' && call.result === 0) synced.push(call);
      } else {
        log.write(call);
      }
    } else if (path.startsWith('socket:') && call.phase === 'start') {
      const text = data(call.args).toString('latin1');
      counts.acks += text.match(ACK)?.length ?? 0;
      for (const nonce of new Set(text.match(NONCE))) {
        if (!nonces.has(nonce)) continue;
        counts.frames += 1;
        const transaction = log.writtenBy.get(nonce);
        if (!transaction) violations.push({ rule: 'unwritten', nonce, line: call.start });
        else if (!synced.some((sync) => sync.start > transaction.end && sync.end < call.start)) {
          violations.push({ rule: 'unsynced', nonce, line: call.start });
        }
      }
    }
  }
  counts.syncs = synced.length;
  const held = (transaction) => [...transaction.nonces].filter((nonce) => log.writtenBy.get(nonce) === transaction);
  counts.grouped = log.transactions.filter((transaction) => held(transaction).length > 1).length;
  return { violations, counts };
};

export const judgeTraceFile = (file, what) =>
  judgeTrace(createInterface({ input: createReadStream(file), crlfDelay: Infinity }), what);
