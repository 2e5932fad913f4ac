// What the kernel knows of the server's connections (Linux, /proc/net/tcp).
import { readFile } from 'node:fs/promises';

const ESTABLISHED = '01';
const portOf = (address) => Number.parseInt(address.slice(address.indexOf(':') + 1), 16);

/**
 * The server's side of each connection, by the client's port: whether it is open, and the bytes on their way to the
 * client that the kernel holds on either side.
 */
export const connections = async (serverPort) => {
  const found = new Map();
  const taken = new Map();
  for (const line of (await readFile('/proc/net/tcp', 'utf8')).split('\n').slice(1)) {
    const [, local, remote, state, queues] = line.trim().split(/\s+/);
    if (queues === undefined) continue;
    const [toSend, toRead] = queues.split(':').map((bytes) => Number.parseInt(bytes, 16));
    if (portOf(local) === serverPort) found.set(portOf(remote), { open: state === ESTABLISHED, queuedBytes: toSend });
    else if (portOf(remote) === serverPort) taken.set(portOf(local), toRead);
  }
  for (const [port, connection] of found) connection.queuedBytes += taken.get(port) ?? 0;
  return found;
};
