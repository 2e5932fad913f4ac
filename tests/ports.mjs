// Ports for servers that tests start. They lie below those that the kernel gives to whoever connects somewhere, so that a server that
// is killed finds its port free when it comes back; and each is held, by the UDP port of the same number, while the process lives
// that drew it, so that tests which run at the same time draw others.
//   node ports.mjs     says one, which nobody holds any more
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const HOST = '127.0.0.1';
const FROM = 10_000;
/** Where the kernel's own begin, by default. */
const USUAL_END = 32_768;

/** The first port that is not ours to take. */
function end() {
  let own = USUAL_END;
  try {
    own = Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
  } catch {
    // Not on Linux.
  }
  return own > FROM + 1_000 ? own : USUAL_END;
}

const isHeld = (port) =>
  new Promise((done) => {
    const socket = createSocket('udp4');
    socket.once('error', () => done(false));
    socket.bind({ port, address: HOST, exclusive: true }, () => {
      socket.unref();
      done(true);
    });
  });

const isFree = (port) =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, HOST, () => server.close(() => done(true)));
  });

/** A port on which nobody listens, and which no other test draws. */
export async function freePort() {
  for (;;) {
    const port = randomInt(FROM, end());
    if ((await isHeld(port)) && (await isFree(port))) return port;
  }
}

if (import.meta.filename === process.argv[1]) console.log(await freePort());
