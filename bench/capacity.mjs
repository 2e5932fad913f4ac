// Works docs/scaling.md through again with the units and habits of lib/capacity.mjs: change those, run this.
//   node bench/capacity.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { capacityTables } from './lib/capacity.mjs';
import { intoPage } from './lib/report.mjs';

const page = new URL('../docs/scaling.md', import.meta.url);
writeFileSync(page, intoPage(readFileSync(page, 'utf8'), capacityTables(), 'capacity'));
