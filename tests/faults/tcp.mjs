// What the kernel knows of the server's connections (Linux, /proc/net/tcp).
import { readFileSync } from 'node:fs';

const ESTABLISHED = '01';
const portOf = (address) => Number.parseInt(address.slice(address.indexOf(':') + 1), 16);

/** The server's side of each connection, by the client's port: whether it is open, and the bytes that wait to be sent. */
export const connections = (serverPort) => {
  const found = new Map();
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, local, remote, state, queues] = line.trim().split(/\s+/);
    if (queues === undefined || portOf(local) !== serverPort) continue;
    found.set(portOf(remote), { open: state === ESTABLISHED, queuedBytes: Number.parseInt(queues, 16) });
  }
  return found;
};
