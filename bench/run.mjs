// Measures Guildhall beside its peers, all on loopback, in at most a quarter of an hour (BENCH=quick: three minutes), and
// writes docs/benchmarks.md and docs/benchmarks.svg. Linux only: CPU and memory are read from /proc.
//   node bench/run.mjs [target/release/guildhall]
// BENCH_OUT=folder writes there instead of to docs/.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './lib/processes.mjs';
import { intoPage, machine, rows, table } from './lib/report.mjs';
import { plot } from './lib/plot.mjs';
import { Bench } from './lib/works.mjs';

const LIMIT_MS = 15 * 60_000;
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const binary = resolve(process.argv[2] ?? join(root, 'target/release/guildhall'));
const out = resolve(process.env.BENCH_OUT ?? join(root, 'docs'));
const quick = process.env.BENCH === 'quick';

if (!['', 'quick', undefined].includes(process.env.BENCH)) {
  console.error(`bench: BENCH is ${process.env.BENCH}: it can be quick, or nothing for the whole run`);
  process.exit(2);
}
setTimeout(() => {
  console.error('bench: it took more than a quarter of an hour: ended');
  process.exit(1);
}, LIMIT_MS).unref();

const bench = new Bench(root, binary, quick);
const results = await bench.run();
bench.say('start on an empty folder and on a filled one');
const start = await run(process.execPath, [join(root, 'bench/start.mjs'), binary]);
const version = (await run(binary, ['--version'])).trim();

const figures = rows(results, statSync(binary).size / 1e6);
const minutes = ((Date.now() - bench.began) / 60_000).toFixed(0);
const page = join(out, 'benchmarks.md');
const before = readFileSync(join(root, 'docs/benchmarks.md'), 'utf8');
const head = `${machine(version)}; ${quick ? 'a quick run' : 'a whole run'} of ${minutes} minutes.`;
writeFileSync(page, intoPage(before, `${head}\n\n${table(figures)}\n\n\`\`\`text\n${start.trim()}\n\`\`\``));
writeFileSync(join(out, 'benchmarks.svg'), plot(figures));
writeFileSync(join(root, 'target/bench.json'), JSON.stringify(results, null, 1));
console.log(`${head}\n\n${table(figures)}\n\n${start.trim()}\n\nbench: written to ${page}`);
process.exit(0);
