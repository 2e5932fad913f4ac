// Makes the fleet's table of its runs.
import { digits, median } from './report.mjs';

const ADDS_US = 300;
const NODES_RATIO = 1.15;
const RAW_SHARE = 0.5;

const values = (reports, field) => (reports ?? []).map((report) => report[field]);
const middle = (reports, field) => median(values(reports, field));

function cell(list, unit) {
  const [least, most] = [Math.min(...list), Math.max(...list)];
  return `**${digits(median(list))}** (${digits(least)}–${digits(most)}) ${unit}`;
}

/** Pairs of the same turn, so that a machine that is slow for a while is slow for both. */
const paired = (above, below, make) => above.map((report, turn) => make(report, below[turn]));

/** The three figures of a fleet, each `{ name, list, unit, beside, aim, reached }`. */
export function fleetRows({ call_whole, call_grpc, one_node, two_nodes, raw1, raw16, acks_whole, acks_grpc }) {
  const adds = paired(call_grpc, call_whole, (grpc, whole) => ((grpc.p50_ms - whole.p50_ms) * 1e3) / grpc.calls);
  const costs = paired(call_grpc, call_whole, (grpc, whole) => (grpc.cpu_us_per_page - whole.cpu_us_per_page) / grpc.calls);
  const nodes = paired(two_nodes, one_node, (two, one) => two.cpu_us_per_delivery / one.cpu_us_per_delivery);
  const share = paired(acks_whole, raw1, (acks, raw) => acks.acks_per_second / raw.rows_per_second);
  const ms = (reports) => `${digits(middle(reports, 'p50_ms'))} ms`;
  const us = (reports, field) => `${digits(middle(reports, field))} µs`;
  const rate = (reports, field) => `${digits(middle(reports, field))}/s`;
  return [
    {
      name: 'a call to another process, what it adds to p50',
      list: adds,
      unit: 'µs',
      beside: `a page by REST, which makes ${digits(middle(call_grpc, 'calls'))} calls: ${ms(call_grpc)}; in one process: ${ms(call_whole)}`,
      aim: `< ${ADDS_US} µs`,
      reached: median(adds) < ADDS_US,
    },
    { name: 'the same, what it costs both processes', list: costs, unit: 'µs CPU', beside: '', aim: '', reached: null },
    {
      name: 'two nodes with 500 sockets each, beside one with 1,000',
      list: nodes,
      unit: '× the CPU of one',
      beside: `a delivery: ${us(two_nodes, 'cpu_us_per_delivery')}; on one: ${us(one_node, 'cpu_us_per_delivery')}`,
      aim: `≤ ${NODES_RATIO}`,
      reached: median(nodes) <= NODES_RATIO,
    },
    {
      name: '256 senders, acknowledged sends on PostgreSQL, one process',
      list: share,
      unit: '× the raw rate',
      beside:
        `${rate(acks_whole, 'acks_per_second')} at ${us(acks_whole, 'cpu_us_per_ack')} CPU, PostgreSQL's included; raw rows over one connection: ` +
        `${rate(raw1, 'rows_per_second')}, over 16: ${rate(raw16, 'rows_per_second')}`,
      aim: `≥ ${RAW_SHARE}`,
      reached: median(share) >= RAW_SHARE,
    },
    {
      name: 'the same through gRPC',
      list: values(acks_grpc, 'acks_per_second'),
      unit: 'acks/s',
      beside: `${us(acks_grpc, 'cpu_us_per_ack')} CPU of door, services and PostgreSQL`,
      aim: '',
      reached: null,
    },
  ];
}

const UNITS = [
  ['per_message', 'cpu_door_us', 'µs CPU of the process with its sender'],
  ['per_message', 'cpu_services_us', 'µs CPU of the process with the services'],
  ['per_message', 'cpu_postgres_us', 'µs CPU of PostgreSQL'],
  ['per_message', 'cpu_nats_us', 'µs CPU of NATS'],
  ['per_message', 'calls', 'calls between processes'],
  ['per_message', 'wal_syncs', 'syncs of PostgreSQL'],
  ['per_message', 'wal_bytes', 'bytes that PostgreSQL writes to its log'],
  ['per_message', 'message_bytes', 'bytes of tables and indexes for the message'],
  ['per_message', 'log_bytes', 'bytes of tables and indexes for its event'],
  ['per_message', 'nats_in', 'messages that NATS takes'],
  ['per_message', 'nats_out', 'messages that NATS hands on'],
  ['per_socket', 'calls', 'calls between processes'],
  ['per_socket', 'cpu_us_per_socket', 'µs CPU of door, services and PostgreSQL'],
];
const WHOSE = { per_message: 'a message, of 100 characters', per_socket: 'a person who comes: hello, and a room watched' };

/** What one message makes, and what one person who comes. */
export function unitsTable(results) {
  const known = UNITS.filter(([work]) => results[work] !== undefined);
  const line = ([work, field, name]) => `| ${WHOSE[work]} | ${name} | ${cell(values(results[work], field), '').trim()} |`;
  return ['| one … | makes | how many |', '| --- | --- | --- |', ...known.map(line)].join('\n');
}

export function fleetTable(results) {
  const mark = ({ aim, reached }) => (reached === null ? aim : `${aim} ${reached ? '✓' : '✗'}`);
  const line = (row) => `| ${row.name} | ${cell(row.list, row.unit)} | ${row.beside} | ${mark(row)} |`;
  return ['| work | figure | beside it | aim |', '| --- | --- | --- | --- |', ...fleetRows(results).map(line)].join('\n');
}
