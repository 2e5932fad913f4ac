// How much of what so many people need: what one of each costs, what people do, and the arithmetic between the two.
import { digits } from './report.mjs';

/** What one of each costs. `measured`: docs/scaling.md says how. `counted`: read off the code or the wire. `guessed`: neither. */
export const COSTS = {
  socketKib: [4.5, 'measured', 'memory of an idle socket in its process, KiB'],
  kernelKib: [10, 'guessed', 'memory of an idle connection in the kernel, KiB'],
  onlineBytes: [100, 'guessed', 'memory of a person who is online, on every node with sockets, bytes'],
  deliveryUs: [3.6, 'measured', 'CPU of a delivery, each message by itself, µs'],
  badgeUs: [3.6, 'guessed', 'CPU of a frame of badges, taken for a delivery, µs'],
  sendUs: [197, 'measured', 'CPU of a send, one process on SQLite, one at a time, µs'],
  fleetSendDoorUs: [50, 'measured', 'CPU of a send in a fleet: the node with the socket, µs'],
  fleetSendServicesUs: [58, 'measured', '… the services, 256 senders, µs'],
  fleetSendPostgresUs: [54, 'measured', '… PostgreSQL, 256 senders, µs'],
  fleetSendNatsUs: [5, 'measured', '… NATS, 256 senders, µs'],
  comeUs: [2_970, 'measured', 'CPU of a person who comes (hello, a room watched), one process, µs'],
  fleetComeUs: [7_170, 'measured', '… in a fleet, all parts, µs'],
  pageUs: [91, 'measured', 'CPU of a page of 50 by REST, one process, µs'],
  summaryBytes: [22, 'counted', 'bytes of a person in the summary that a node tells the others every 5 s'],
  summaryUs: [0.5, 'guessed', 'CPU of a person in a summary that is heard, µs'],
  messageBytes: [278, 'measured', 'bytes of SQLite that a message of 100 characters takes with its indexes'],
  fleetMessageBytes: [350, 'measured', '… of PostgreSQL'],
  walBytes: [765, 'measured', 'bytes that PostgreSQL writes ahead for a message, 256 senders'],
};

/** What people do in the busiest hour. Put yours in their place. */
export const HABITS = {
  sends: [1 / 120, 'messages that a person sends, a second'],
  seenBy: [25, 'sockets that a message is delivered to'],
  badges: [1 / 10, 'frames of badges that a person gets, a second'],
  pages: [1 / 60, 'pages of history that a person reads, a second'],
  comes: [1 / 1_800, 'times that a person connects anew, a second'],
  busyHours: [6, 'hours a day like the busiest'],
};

export const PEOPLE = [1_000, 10_000, 100_000, 1_000_000];
const SUMMARY_SECONDS = 5;
/** Half of a core is left for the minute that isn't like its hour. */
const PLANNED_US = 500_000;
/** So many come back at once when a node goes. */
const NODE_PEOPLE = 50_000;
const GB = 1e9;

const cost = (name) => COSTS[name][0];
const habit = (name) => HABITS[name][0];

/** What so many people who are connected at once need: rates are per second. */
export function capacity(people) {
  const isFleet = people > NODE_PEOPLE;
  const rates = {
    sends: people * habit('sends'),
    deliveries: people * habit('sends') * habit('seenBy'),
    badges: people * habit('badges'),
    pages: people * habit('pages'),
    comes: people * habit('comes'),
  };
  const nodes = Math.ceil(people / NODE_PEOPLE);
  // One node knows by itself who is here; of several, each hears of everybody.
  const heard = isFleet ? people / SUMMARY_SECONDS : 0;
  const fleetSend = ['Door', 'Services', 'Postgres', 'Nats'].reduce((sum, part) => sum + cost(`fleetSend${part}Us`), 0);
  const us = {
    deliveries: rates.deliveries * cost('deliveryUs'),
    badges: rates.badges * cost('badgeUs'),
    presence: nodes * heard * cost('summaryUs'),
    sends: rates.sends * (isFleet ? fleetSend : cost('sendUs')),
    pages: rates.pages * cost('pageUs'),
    comes: rates.comes * cost(isFleet ? 'fleetComeUs' : 'comeUs'),
  };
  const cores = Object.fromEntries(Object.entries(us).map(([name, value]) => [name, value / PLANNED_US]));
  const busySeconds = 3_600 * habit('busyHours');
  return {
    ...rates,
    nodes,
    cores,
    allCores: Object.values(cores).reduce((sum, value) => sum + value, 0),
    stormSeconds: (Math.min(people, NODE_PEOPLE) * cost(isFleet ? 'fleetComeUs' : 'comeUs')) / 1e6,
    socketsGb: (people * (cost('socketKib') + cost('kernelKib')) * 1_024) / GB,
    onlineGb: isFleet ? (nodes * people * cost('onlineBytes')) / GB : 0,
    presenceMb: (heard * cost('summaryBytes')) / 1e6,
    walMb: isFleet ? (rates.sends * cost('walBytes')) / 1e6 : 0,
    gbPerDay: (rates.sends * busySeconds * cost(isFleet ? 'fleetMessageBytes' : 'messageBytes')) / GB,
  };
}

const ROWS = [
  ['sends a second', ({ sends }) => sends],
  ['deliveries a second', ({ deliveries }) => deliveries],
  ['frames of badges a second', ({ badges }) => badges],
  ['pages of history a second', ({ pages }) => pages],
  ['people who come, a second', ({ comes }) => comes],
  ['nodes with sockets', ({ nodes }) => nodes],
  ['cores, half busy: deliveries', ({ cores }) => cores.deliveries],
  ['… badges', ({ cores }) => cores.badges],
  ['… presence', ({ cores }) => cores.presence],
  ['… sends', ({ cores }) => cores.sends],
  ['… pages', ({ cores }) => cores.pages],
  ['… people who come', ({ cores }) => cores.comes],
  ['**cores in all**', ({ allCores }) => allCores],
  ["a node goes: core-seconds until its people are back", ({ stormSeconds }) => stormSeconds],
  ['memory of sockets, GB', ({ socketsGb }) => socketsGb],
  ['memory of who is online, all nodes, GB', ({ onlineGb }) => onlineGb],
  ['presence that each node hears, MB/s', ({ presenceMb }) => presenceMb],
  ["PostgreSQL's write-ahead log, MB/s", ({ walMb }) => walMb],
  ['disk, GB a day', ({ gbPerDay }) => gbPerDay],
];

const line = (cells) => `| ${cells.join(' | ')} |`;

/** Costs, habits, and what follows for so many people. */
export function capacityTables() {
  const all = PEOPLE.map(capacity);
  const number = (value) => (value === 0 ? '–' : digits(value));
  return [
    line(['what one costs', 'how much', 'from']),
    line(['---', '---:', '---']),
    ...Object.values(COSTS).map(([value, from, what]) => line([what, digits(value), from])),
    '',
    line(['what people do in the busiest hour (assumed)', '']),
    line(['---', '---:']),
    ...Object.values(HABITS).map(([value, what]) => line([what, digits(value)])),
    '',
    line(['people connected at once', ...PEOPLE.map((people) => people.toLocaleString('en-US'))]),
    line(['---', ...PEOPLE.map(() => '---:')]),
    line(['shape', ...PEOPLE.map((people) => (people > NODE_PEOPLE ? 'fleet' : 'one process'))]),
    ...ROWS.map(([name, of]) => line([name, ...all.map((needs) => number(of(needs)))])),
  ].join('\n');
}
