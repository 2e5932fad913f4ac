// Makes figures of the runs, and a page of the figures.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

/** What a program writes stands between two lines, which say who writes. */
const MARKERS = {
  figures: ['<!-- figures: begin (written by make bench) -->', '<!-- figures: end -->'],
  capacity: ['<!-- capacity: begin (written by node bench/capacity.mjs) -->', '<!-- capacity: end -->'],
  fleet: ['<!-- fleet: begin (written by make bench-fleet) -->', '<!-- fleet: end -->'],
};

/** The servers, in the order of the columns. */
export const SERVERS = {
  guildhall: 'Guildhall',
  floor: 'floor',
  coalesced: 'floor, coalesced',
  axum: 'axum',
  ws: 'ws',
  socketio: 'Socket.IO',
};

export const median = (list) => {
  const sorted = list.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The rows: `{ name, unit, values: {server: number}, spread: {server: [least, most]}, aim, reached }`. */
export function rows(results, sizeMb) {
  const row = (work, field, name, unit, aim) => {
    const [values, spread] = [{}, {}];
    for (const [server, reports] of Object.entries(results[work] ?? {})) {
      const list = reports.map((report) => report[field]).filter((value) => value !== undefined);
      if (list.length === 0) continue;
      values[server] = median(list);
      spread[server] = [Math.min(...list), Math.max(...list)];
    }
    const limit = aim(values);
    const reached = limit.at === undefined || values.guildhall === undefined ? null : limit.met(values.guildhall);
    return { name, unit, values, spread, aim: limit.text, reached };
  };
  const most = (at, text = `≤ ${at}`) => ({ at, text, met: (value) => value <= at });
  const ratio = (share) => ({ floor }) => most(floor * share, `≤ ${share} × floor = ${digits(floor * share)}`);
  const threefold = ({ ws }) => {
    if (ws === undefined) return { text: '≥ 3 × ws' };
    return { at: 3 * ws, text: `≥ 3 × ws = ${digits(3 * ws)}`, met: (value) => value >= 3 * ws };
  };
  const synced = ({ floor }) => most(floor + 0.4, `≤ sync + 0.4 = ${digits(floor + 0.4)}`);
  const below = ({ axum }) => most(axum, `< axum = ${digits(axum)}`);
  return [
    row('hall16', 'cpu_us_per_delivery', 'one room of 1,000, 16 in flight', 'µs CPU per delivery', () => most(1.3)),
    row('hall16', 'p99_ms', 'the same, p99 of a delivery', 'ms', below),
    row('hall16', 'deliveries_per_second', 'the same, throughput', 'deliveries/s', () => ({ text: '' })),
    row('hall1', 'cpu_us_per_delivery', 'one room of 1,000, 1 in flight', 'µs CPU per delivery', ratio(1.15)),
    row('hall1', 'p99_ms', 'the same, p99 of a delivery', 'ms', () => ({ text: '' })),
    row('rooms', 'cpu_us_per_delivery', '200 rooms of 10, 1 in flight in each', 'µs CPU per delivery', ratio(1.3)),
    row('rooms', 'p99_ms', 'the same, p99 of a delivery', 'ms', () => ({ text: '' })),
    row('idle', 'kib_per_socket', 'idle socket in a room', 'KiB', () => most(6)),
    row('acks64', 'acks_per_second', '64 senders, each awaits its durable acknowledgement', 'acks/s', threefold),
    row('acks64', 'cpu_us_per_ack', 'the same', 'µs CPU per ack', () => most(55)),
    row('acks64', 'p99_ms', 'the same, p99 of an acknowledgement', 'ms', () => ({ text: '' })),
    row('acks1', 'p50_ms', 'lone sender, p50 of an acknowledgement', 'ms', synced),
    row('pages', 'cpu_us_per_page', 'page of 50 from 100,000 over REST', 'µs CPU per page', () => most(90)),
    row('start', 'start_ms', 'start to the first open socket', 'ms', () => most(60)),
    row('start', 'idle_mb', 'memory before anyone comes (PSS)', 'MB', () => most(25)),
    { name: 'size of the binary', unit: 'MB', values: { guildhall: sizeMb }, spread: {}, aim: '≤ 60', reached: sizeMb <= 60 },
  ].filter(({ values }) => Object.keys(values).length > 0);
}

/** Three digits that count. */
export const digits = (value) => {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (value >= 1_000) return Math.round(Number(value.toPrecision(3))).toLocaleString('en-US');
  return String(Number(value.toPrecision(value < 10 ? 2 : 3)));
};

export function table(figures) {
  const cell = (row, server) => {
    const text = digits(row.values[server]);
    if (server !== 'guildhall') return text;
    const [least, most] = row.spread[server] ?? [];
    return least === undefined ? `**${text}**` : `**${text}** (${digits(least)}–${digits(most)})`;
  };
  const mark = ({ aim, reached }) => (reached === null ? aim : `${aim} ${reached ? '✓' : '✗'}`);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const servers = Object.keys(SERVERS);
  return [
    line(['work', 'unit', ...Object.values(SERVERS), 'aim']),
    line(['---', '---', ...servers.map(() => '---:'), '---']),
    ...figures.map((row) => line([row.name, row.unit, ...servers.map((server) => cell(row, server)), mark(row)])),
  ].join('\n');
}

/** What it was measured on, and when. */
export function machine(version) {
  const lock = JSON.parse(readFileSync(new URL('../peers/package-lock.json', import.meta.url), 'utf8'));
  const packages = ['ws', 'socket.io', 'pg'].map((name) => `${name} ${lock.packages[`node_modules/${name}`].version}`);
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const day = new Date().toISOString().slice(0, 10);
  return (
    `${day}, ${version}, on ${cpus().length} × ${cpus()[0].model} with ${memory}, Linux ${release()}; ` +
    `Node.js ${process.version}, ${packages.join(', ')}; load average before the run ${loadavg()[0].toFixed(1)}`
  );
}

/** The page with these figures in place of those before, in the part of that name. */
export function intoPage(page, figures, part = 'figures') {
  const [first, last] = MARKERS[part];
  const [begin, end] = [page.indexOf(first), page.indexOf(last)];
  if (begin < 0 || end < begin) throw new Error(`the page lost its markers: ${first} and ${last}`);
  return `${page.slice(0, begin + first.length)}\n\n${figures}\n\n${page.slice(end)}`;
}
