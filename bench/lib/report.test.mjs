import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { capacity, capacityTables } from './capacity.mjs';
import { fleetRows, fleetTable } from './fleet-report.mjs';
import { plot } from './plot.mjs';
import { digits, intoPage, rows, table } from './report.mjs';

const delivery = (cpu, p99) => ({ cpu_us_per_delivery: cpu, p99_ms: p99, deliveries_per_second: 1e6 / cpu });
const results = {
  hall16: { guildhall: [delivery(1, 9), delivery(3, 7), delivery(1.2, 8)], axum: [delivery(2, 7.5)] },
  hall1: { guildhall: [delivery(6, 1)], floor: [delivery(5, 1), delivery(5.5, 1)] },
  acks64: { guildhall: [{ acks_per_second: 20_000, cpu_us_per_ack: 50, p99_ms: 2 }] },
};
const figure = (name, unit) => rows(results, 12).find((row) => row.name === name && row.unit.startsWith(unit));

test('a figure is the median, beside the least and the most', () => {
  const row = figure('one room of 1,000, 16 in flight', 'µs');
  assert.deepEqual([row.values.guildhall, row.spread.guildhall, row.reached], [1.2, [1, 3], true]);
});

test('what is aimed at is measured in the same run', () => {
  assert.equal(figure('the same, p99 of a delivery', 'ms').reached, false, '8 is not below 7.5');
  const row = figure('one room of 1,000, 1 in flight', 'µs');
  assert.deepEqual([row.values.floor, row.aim, row.reached], [5.25, '≤ 1.15 × floor = 6', true]);
});

test('a figure whose peer is missing is neither reached nor missed', () => {
  const row = figure('64 senders, each awaits its durable acknowledgement', 'acks/s');
  assert.deepEqual([row.aim, row.reached], ['≥ 3 × ws', null]);
});

test('what was not measured has no row', () => {
  assert.equal(figure('page of 50 from 100,000 over REST', 'µs'), undefined);
});

test('a page keeps all but its figures, again and again', () => {
  const empty = 'a\n<!-- figures: begin (written by make bench) -->\nold\n<!-- figures: end -->\nb\n';
  const once = intoPage(empty, 'new');
  assert.match(once, /^a\n.*-->\n\nnew\n\n<!--.*\nb\n$/s);
  assert.equal(intoPage(once, 'new'), once);
  assert.throws(() => intoPage('a page without markers', 'new'), /markers/);
});

test('numbers have the digits that count', () => {
  assert.deepEqual([0.6214, 7.43, 12.34, 104_123, undefined].map(digits), ['0.62', '7.4', '12.3', '104,000', '–']);
});

test('the table and the plot name every server that was measured', () => {
  const figures = rows(results, 12);
  assert.match(table(figures), /\*\*1\.2\*\* \(1–3\)/);
  const drawing = plot(figures);
  for (const name of ['Guildhall', 'axum', 'floor']) assert.ok(drawing.includes(`>${name}<`), name);
  assert.ok(!drawing.includes('NaN') && !drawing.includes('undefined'));
});

test('what a fleet costs is compared turn by turn', () => {
  const page = (p50_ms, cpu_us_per_page, calls) => ({ p50_ms, cpu_us_per_page, calls });
  const acks = (acks_per_second) => ({ acks_per_second, cpu_us_per_ack: 50 });
  const [slow, quick] = [4, 1];
  const measured = {
    call_whole: [page(slow, 100), page(quick, 100)],
    call_grpc: [page(slow + 0.4, 300, 2), page(quick + 0.2, 280, 2)],
    one_node: [{ cpu_us_per_delivery: slow }, { cpu_us_per_delivery: quick }],
    two_nodes: [{ cpu_us_per_delivery: slow * 1.1 }, { cpu_us_per_delivery: quick * 1.3 }],
    raw1: [{ rows_per_second: 40_000 }, { rows_per_second: 40_000 }],
    raw16: [{ rows_per_second: 90_000 }, { rows_per_second: 90_000 }],
    acks_whole: [acks(10_000), acks(20_000)],
    acks_grpc: [acks(9_000), acks(9_000)],
  };
  const [adds, costs, nodes, share] = fleetRows(measured);
  const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 1e-6, `${value} is not ${wanted}`);
  near(adds.list[0], 200);
  near(adds.list[1], 100);
  assert.equal(adds.reached, true);
  near(costs.list[0], 100);
  near(nodes.list[1], 1.3);
  assert.equal(nodes.reached, false, 'the median is 1.2');
  assert.deepEqual([share.list, share.reached], [[0.25, 0.5], false]);
  assert.match(fleetTable(measured), /≤ 1\.15 ✗/);
});

test('docs/scaling.md is worked through with the units that stand in the program', () => {
  const page = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
  assert.equal(intoPage(page, capacityTables(), 'capacity'), page, 'run: node bench/capacity.mjs');
});

test('twice the people need twice of all but presence, which grows with nodes, too', () => {
  const [some, twice] = [capacity(100_000), capacity(200_000)];
  for (const part of ['sends', 'deliveries', 'pages', 'comes']) {
    assert.ok(Math.abs(twice.cores[part] / some.cores[part] - 2) < 1e-9, part);
  }
  assert.ok(Math.abs(twice.cores.presence / some.cores.presence - 4) < 1e-9);
});

test('each part of a page has its own markers', () => {
  const page = readFileSync(new URL('../../docs/benchmarks.md', import.meta.url), 'utf8');
  const fleet = intoPage(page, 'new figures', 'fleet');
  assert.match(fleet, /fleet: begin.*\n\nnew figures\n\n<!-- fleet: end/);
  assert.match(intoPage(fleet, 'others'), /new figures/);
});
