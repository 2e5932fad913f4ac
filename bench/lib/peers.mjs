// What Guildhall is measured beside, in the same run.
import { createRequire } from 'node:module';
import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hold, removeAtEnd, start } from './processes.mjs';

const require = createRequire(new URL('../peers/package.json', import.meta.url));

const rust = (root, name, ...more) => (port) => ({
  command: join(root, 'target/release', name), args: [String(port), ...more], env: {},
});

let copied = null;
/** A copy of Node.js for the peers: memory that they shared with this program would count half. */
function nodeOfTheirOwn() {
  if (copied === null) {
    const folder = mkdtempSync(join(tmpdir(), 'guildhall-bench-node-'));
    removeAtEnd(folder);
    copied = join(folder, 'node');
    copyFileSync(process.execPath, copied);
  }
  return copied;
}

const node = (root, file, env) => (port) => ({
  command: nodeOfTheirOwn(), args: ['--expose-gc', join(root, 'bench/peers', file), String(port)], env,
});

/** Every peer: what it is called, what it understands, how it starts. */
export const peers = (root, env = {}) => ({
  floor: { dialect: 'plain', path: '/ws', command: rust(root, 'bench-floor') },
  coalesced: { dialect: 'plain', path: '/ws', command: rust(root, 'bench-floor', 'coalesce') },
  axum: { dialect: 'plain', path: '/ws', command: rust(root, 'bench-axum') },
  ws: { dialect: 'plain', path: '/ws', command: node(root, 'ws-server.mjs', env), collect: true },
  socketio: {
    dialect: 'socket_io',
    path: '/socket.io/?EIO=4&transport=websocket',
    command: node(root, 'socketio-server.mjs', env),
    collect: true,
  },
});

export async function startPeer(name, peer) {
  return { ...(await start(name, peer.path, peer.command)), dialect: peer.dialect, collect: peer.collect ?? false };
}

/** A private PostgreSQL that syncs every commit to disk, or null where there is none to be had. */
export async function startPostgres(root) {
  const say = 'echo "$GUILDHALL_TEST_POSTGRES_URL"; cat >/dev/null';
  try {
    const { line: url, stop } = await hold(join(root, 'tests/with-postgres'), ['bash', '-c', say], {
      env: { ...process.env, GUILDHALL_TEST_POSTGRES_FSYNC: 'on' },
    });
    const { Client } = require('pg');
    const client = new Client({ connectionString: url });
    await client.connect();
    const show = async (setting) => (await client.query(`SHOW ${setting}`)).rows[0][setting];
    const [folder, fsync] = [await show('data_directory'), await show('fsync')];
    await client.end();
    if (fsync !== 'on') throw new Error('it does not sync');
    return { url, pid: Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]), stop };
  } catch (error) {
    console.error(`bench: no PostgreSQL, so nothing to compare acknowledgements with: ${error.message}`);
    return null;
  }
}
