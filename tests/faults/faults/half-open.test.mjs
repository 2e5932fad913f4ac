// A connection dies without a word: the server notices by itself, and the person goes offline for others. Of several processes, those
// who die are on all of them, some behind the load balancer and some not; who sees it is on one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { doors, through } from '../cluster/cluster.mjs';
import { Link } from '../link.mjs';
import { Proxy } from '../proxy.mjs';
import { LONG, WHOLE } from '../scale.mjs';
import { Server } from '../server.mjs';

const NOTICED_MS = 45_000;
/** How many connections die, spread over the time between two of the server's pings. */
const LINES = LONG ? 12 : 4;
const SPREAD_MS = 15_000;
const ROUNDS = LONG ? 2 : 1;

/** Dies some time after the server was last heard of, and answers when others saw it go. */
const dieAfter = async (server, proxy, person, wentOffline, waitMs) => {
  const link = new Link(`ws://127.0.0.1:${proxy.port}/ws`, person.token);
  await link.open();
  await sleep(waitMs);
  proxy.die();
  const died = performance.now();
  const offline = await Promise.race([wentOffline(person.id), sleep(NOTICED_MS + 15_000, null, { ref: false })]);
  link.close();
  return { person: person.name, socketMs: (proxy.serverEnded ?? Infinity) - died, presenceMs: (offline ?? Infinity) - died };
};

/** Only those who share a guild see each other's presence. */
const meet = async (server, owner, people) => {
  const guild = await server.call('POST', '/guilds', { token: owner.token, body: { name: 'Those who go' } });
  const { code } = await server.call('POST', `/guilds/${guild.id}/invites`, { token: owner.token, body: {} });
  for (const { token } of people) await server.call('POST', `/invites/${code}/accept`, { token });
};

test('a dead connection is noticed within 45 s', async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const processes = WHOLE ? [] : doors(server).realtime;
  const ports = [server.port, ...processes];
  const near = WHOLE ? server : through(server, server.port, processes[0]);
  for (let round = 0; round < ROUNDS; round++) {
    const watcher = await server.register(`watcher${round}`);
    const people = await Promise.all(Array.from({ length: LINES }, (_, i) => server.register(`gone${round}-${i}`)));
    await meet(server, watcher, people);
    const link = new Link(near.socketUrl, watcher.token);
    t.after(() => link.close());
    const online = new Map();
    const waiting = new Map();
    link.on('frame', ({ op, users }) => {
      if (op !== 'presence') return;
      for (const [user, isOnline] of Object.entries(users)) {
        if (online.get(user) && !isOnline) waiting.get(user)?.(performance.now());
        online.set(user, isOnline);
      }
    });
    const wentOffline = (user) => new Promise((done) => waiting.set(user, done));
    await link.open();
    link.say({ op: 'watch_presence', users: people.map((person) => person.id) });
    const noticed = await Promise.all(
      people.map(async (person, i) => {
        const proxy = await Proxy.start(ports[i % ports.length]);
        t.after(() => proxy.close());
        return dieAfter(server, proxy, person, wentOffline, 200 + (i * SPREAD_MS) / LINES);
      }),
    );
    for (const { person, socketMs, presenceMs } of noticed) {
      t.diagnostic(`${person}: its socket ended after ${(socketMs / 1_000).toFixed(1)} s, offline after ${(presenceMs / 1_000).toFixed(1)} s`);
    }
    for (const { person, socketMs, presenceMs } of noticed) {
      assert.ok(socketMs <= NOTICED_MS, `${person}: the socket ended after ${socketMs} ms`);
      assert.ok(presenceMs <= NOTICED_MS, `${person}: offline after ${presenceMs} ms`);
    }
    assert.ok(link.up, 'the living connection was ended, too');
  }
});
