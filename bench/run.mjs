// Measures Guildhall beside its peers, all on loopback, in at most a quarter of an hour (BENCH=quick: three minutes), and
// writes docs/benchmarks.md and docs/benchmarks.svg. Linux only: CPU and memory are read from /proc.
//   node bench/run.mjs [target/release/guildhall]
// BENCH_OUT=folder writes there instead of to docs/. BENCH_ONLY=idle,fanout does some works only (starts, idle, fanout,
// acknowledgements, pages) and writes nothing.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './lib/processes.mjs';
import { intoPage, machine, rows, table } from './lib/report.mjs';
import { plot } from './lib/plot.mjs';
import { Bench, WORKS } from './lib/works.mjs';

const LIMIT_MS = 15 * 60_000;
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const binary = resolve(process.argv[2] ?? join(root, 'target/release/guildhall'));
const out = resolve(process.env.BENCH_OUT ?? join(root, 'docs'));
const quick = process.env.BENCH === 'quick';

const only = process.env.BENCH_ONLY?.split(',').filter(Boolean) ?? [];
const works = only.length > 0 ? only : WORKS;

const unknown = works.find((work) => !WORKS.includes(work));
if (!['', 'quick', undefined].includes(process.env.BENCH) || unknown) {
  console.error(`bench: BENCH can be quick, or nothing for the whole run; BENCH_ONLY some of ${WORKS.join(',')}`);
  process.exit(2);
}
setTimeout(() => {
  console.error('bench: it took more than a quarter of an hour: ended');
  process.exit(1);
}, LIMIT_MS).unref();

const version = (await run(binary, ['--version'])).trim();
const where = machine(version);
const bench = new Bench(root, binary, quick);
const results = await bench.run(works);
const figures = rows(results, statSync(binary).size / 1e6);
if (only.length > 0) {
  console.log(table(figures));
  process.exit(0);
}

let body = table(figures);
if (!quick) {
  bench.say('start on an empty folder and on a filled one');
  const start = await run(process.execPath, [join(root, 'bench/start.mjs'), binary]);
  body += `\n\n\`\`\`text\n${start.trim()}\n\`\`\``;
}
const minutes = ((Date.now() - bench.began) / 60_000).toFixed(0);
const head = `${where}; ${quick ? 'a quick run' : 'a whole run'} of ${minutes} minutes.`;
const page = join(out, 'benchmarks.md');
const before = readFileSync(join(root, 'docs/benchmarks.md'), 'utf8');
writeFileSync(page, intoPage(before, `${head}\n\n${body}`));
writeFileSync(join(out, 'benchmarks.svg'), plot(figures));
writeFileSync(join(root, 'target/bench.json'), JSON.stringify(results, null, 1));
console.log(`${head}\n\n${body}\n\nbench: written to ${page}`);
process.exit(0);
