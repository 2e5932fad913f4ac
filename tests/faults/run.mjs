// Runs the tests: one file after another, because each wants the machine for itself, and beside them all the one that
// mostly waits. `node run.mjs [FILE ...]`; FAULTS=long gives them the time that they need.
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { LONG, WHOLE } from './scale.mjs';

const WAITS = 'half-open.test.mjs';
const TIMEOUT_MS = LONG ? 1_800_000 : WHOLE ? 240_000 : 600_000;

const all = () => ['.', 'faults'].flatMap((folder) => readdirSync(folder).sort().map((name) => `${folder}/${name}`));
const files = process.argv.length > 2 ? process.argv.slice(2) : all().filter((file) => file.endsWith('.test.mjs'));

const begun = performance.now();
let failed = false;

/** Runs files one after another; answers what is to be said of them, and says it to `hear` as it comes. */
const oneByOne = async (files, hear) => {
  const tests = run({ files, concurrency: 1, timeout: TIMEOUT_MS });
  tests.on('test:fail', () => (failed = true));
  let said = '';
  for await (const words of tests.compose(spec)) {
    said += words;
    hear(words);
  }
  return said;
};

const waits = files.filter((file) => basename(file) === WAITS);
const beside = oneByOne(waits, () => {});
await oneByOne(files.filter((file) => !waits.includes(file)), (words) => process.stdout.write(words));
if (waits.length > 0) process.stdout.write(await beside);
console.log(`${files.length} files of fault tests took ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
process.exitCode = failed ? 1 : 0;
