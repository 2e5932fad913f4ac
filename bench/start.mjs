// Measures the built binary as a newcomer meets it: time from start to the first answered request on an empty data
// folder and on a filled one, memory when idle, and size. Linux only (memory is read from /proc).
//   node bench/start.mjs target/release/guildhall
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const RUNS = 9;
const IDLE_MS = 3_000;
const binary = resolve(process.argv[2] ?? 'target/release/guildhall');

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

const answers = (port) =>
  new Promise((done) => {
    get({ host: '127.0.0.1', port, path: '/healthz', agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => done(answer.statusCode === 200));
    }).on('error', () => done(false));
  });

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Starts the binary on `data`; answers the milliseconds to the first answer and, when asked, its idle memory in MB. */
async function start(data, measureMemory) {
  const port = await freePort();
  const began = process.hrtime.bigint();
  const child = spawn(binary, ['serve', '--listen', `127.0.0.1:${port}`, '--data', data], { stdio: 'ignore' });
  const ended = new Promise((done) => child.on('exit', done));
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`guildhall ended with ${child.exitCode}`);
    await pause(1);
  }
  const ms = Number(process.hrtime.bigint() - began) / 1e6;
  let memory = null;
  if (measureMemory) {
    await pause(IDLE_MS);
    const rollup = readFileSync(`/proc/${child.pid}/smaps_rollup`, 'utf8');
    memory = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)[1]) / 1024;
  }
  child.kill('SIGTERM');
  await ended;
  return { ms, memory };
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const show = (list, unit) =>
  `${median(list).toFixed(1)} ${unit} (${Math.min(...list).toFixed(1)} to ${Math.max(...list).toFixed(1)})`;

const first = [];
const again = [];
const memory = [];
for (let run = 0; run < RUNS; run += 1) {
  const data = mkdtempSync(join(tmpdir(), 'guildhall-bench-'));
  first.push((await start(data, false)).ms);
  const second = await start(data, run < 3);
  again.push(second.ms);
  if (second.memory !== null) memory.push(second.memory);
  rmSync(data, { recursive: true });
}

console.log(`${cpus().length} × ${cpus()[0].model}, Node.js ${process.version}; ${RUNS} runs, median (min to max)`);
console.log(`start to first answer, empty data folder   ${show(first, 'ms')}`);
console.log(`start to first answer, existing data       ${show(again, 'ms')}`);
console.log(`idle memory (PSS, ${IDLE_MS / 1000} s after start)         ${show(memory, 'MB')}`);
console.log(`size of the binary                         ${(statSync(binary).size / 1e6).toFixed(1)} MB`);
