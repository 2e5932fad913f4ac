// Draws the figures that can be drawn side by side, as one SVG of bars: shorter is better.
import { digits, SERVERS } from './report.mjs';

const SHOWN = [
  'one room of 1,000, 16 in flight',
  'one room of 1,000, 1 in flight',
  '200 rooms of 10, 1 in flight in each',
  'idle socket in a room',
  'the same',
  'start to the first open socket',
  'memory before anyone comes (PSS)',
];
// Names that say less outside the table.
const NAMES = { 'the same': '64 senders with durable acknowledgements' };
const COLOURS = {
  guildhall: '#5b5bd6', floor: '#8b8d98', coalesced: '#b9bbc6', axum: '#12a594', ws: '#f5a524', socketio: '#e5484d',
};
const [WIDTH, LEFT, BAR, GAP, HEAD] = [860, 130, 15, 4, 26];
const LENGTH = WIDTH - LEFT - 120;

const escape = (text) => text.replace(/[&<>]/g, (letter) => `&#${letter.charCodeAt(0)};`);

function panel(row, top) {
  const bars = Object.keys(SERVERS).filter((server) => row.values[server] !== undefined);
  const longest = Math.max(...bars.map((server) => row.values[server]));
  const title = `${NAMES[row.name] ?? row.name}: ${row.unit}`;
  const lines = [`<text x="16" y="${top + 14}" font-weight="600">${escape(title)}</text>`];
  bars.forEach((server, n) => {
    const [value, y] = [row.values[server], top + HEAD + n * (BAR + GAP)];
    const length = Math.max(1, (value / longest) * LENGTH);
    const strong = server === 'guildhall' ? ' font-weight="600"' : '';
    lines.push(
      `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end"${strong}>${escape(SERVERS[server])}</text>`,
      `<rect x="${LEFT}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="2" fill="${COLOURS[server]}"/>`,
      `<text x="${(LEFT + length + 6).toFixed(1)}" y="${y + 12}"${strong}>${digits(value)}</text>`,
    );
  });
  return { lines, height: HEAD + bars.length * (BAR + GAP) + 18 };
}

export function plot(figures) {
  const drawn = figures.filter((row) => SHOWN.includes(row.name));
  let top = 16;
  const lines = [];
  for (const row of drawn) {
    const { lines: more, height } = panel(row, top);
    lines.push(...more);
    top += height;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" font-family="system-ui, sans-serif" font-size="12">`,
    '<title>Guildhall beside its peers: shorter is better</title>',
    `<rect width="${WIDTH}" height="${top}" fill="#ffffff"/>`,
    '<g fill="#1c2024">',
    ...lines,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}
