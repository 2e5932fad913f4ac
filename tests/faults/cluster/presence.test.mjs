// A process with sockets dies without a word: who was on it is offline for others soon, and who came back through
// another process never was.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Link } from '../link.mjs';
import { Server } from '../server.mjs';
import { doors, processes, through } from './cluster.mjs';

/** A process says every 5 s who is on it, which is believed for 15 s and looked at every 5 s. */
const GONE_MS = 20_000;
const SLACK_MS = 3_000;
const COME_MS = 15_000;

test('who was on a process that died is offline soon, who came back is not', async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const [near, far] = doors(server).realtime;
  const guild = await (async () => {
    const owner = await server.register('owner');
    const { id } = await server.call('POST', '/guilds', { token: owner.token, body: { name: 'Seen' } });
    const { code } = await server.call('POST', `/guilds/${id}/invites`, { token: owner.token, body: {} });
    return { code };
  })();
  const [watcher, left, back] = await Promise.all(
    ['watcher', 'left', 'back'].map(async (name) => {
      const person = await server.register(name);
      await server.call('POST', `/invites/${guild.code}/accept`, { token: person.token });
      return person;
    }),
  );
  const link = (at, person) => {
    const made = new Link(at, person.token);
    t.after(() => made.close());
    return made;
  };
  const said = [];
  const online = new Map();
  const ear = link(through(server, near, near).socketUrl, watcher);
  ear.on('frame', ({ op, users }) => {
    for (const [user, is] of Object.entries(op === 'presence' ? users : {})) {
      if (online.get(user) !== is) said.push({ user, is, t: performance.now() });
      online.set(user, is);
    }
  });
  await ear.open();
  const [gone, returning] = [left, back].map((person) => link(through(server, far, far).socketUrl, person));
  await Promise.all([gone.open(), returning.open()]);
  ear.say({ op: 'watch_presence', users: [left.id, back.id] });
  const until = async (what, holds, ms) => {
    for (const end = performance.now() + ms; !holds(); await sleep(20)) assert.ok(performance.now() < end, what);
  };
  await until('both are seen', () => online.get(left.id) && online.get(back.id), COME_MS);

  gone.closed = true;
  // As a load balancer does, that knows of another process.
  returning.url = server.socketUrl;
  const died = performance.now();
  process.kill(processes(server).find(({ port }) => port === far).pid, 'SIGKILL');
  await until('who was on it is still shown as online', () => online.get(left.id) === false, GONE_MS + SLACK_MS);
  t.diagnostic(`offline after ${((performance.now() - died) / 1_000).toFixed(1)} s`);
  await until('who came back is not', () => returning.up, COME_MS);
  assert.ok(online.get(back.id), 'who came back is shown as online');
  assert.deepEqual(said.filter(({ user, is }) => user === back.id && !is), [], 'and never was shown as offline');
});
