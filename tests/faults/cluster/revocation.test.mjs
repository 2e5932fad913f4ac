// Somebody loses access while connected to another process than the one where it happens, and every live word about it
// is lost: a second later nothing of it reaches their sockets any more, and whoever stayed goes on hearing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Link } from '../link.mjs';
import { Server } from '../server.mjs';
import { doors, through } from './cluster.mjs';
import { Lossy } from './lossy.mjs';

const WITHIN_MS = 1_000;
const SPEAK_MS = 4_000;
const EVERY_MS = 40;
const SETTLE_MS = 10_000;
/** What is said live but messages and badges: what tells of guilds, sessions and people. */
const WORDS_OF_ACCESS = /\.live\.(?!messages\.|heads\.)/;
const SESSION_ENDED = 4001;

/** A socket that watches a guild and its channels, and notes what it hears. */
class Ear {
  constructor(url, person, guild, channels) {
    Object.assign(this, { person, heard: [], watched: new Set(), refused: new Set(), closes: [] });
    this.streams = [`guilds/guild/${guild}`, ...channels.map((channel) => `messages/channel/${channel}`)];
    this.link = new Link(url, person.token);
    this.link.on('ready', () => this.watch());
    this.link.on('down', (code) => this.closes.push(code));
    this.link.on('frame', (frame) => this.#hear(frame));
  }

  watch() {
    this.link.say({ op: 'watch', streams: Object.fromEntries(this.streams.map((stream) => [stream, 0])) });
  }

  #hear({ op, stream, at, kind, data, heads }) {
    if (op === 'watched') this.watched.add(stream);
    if (op === 'refused') this.refused.add(stream);
    if (op === 'event' && kind === 'message_sent') {
      this.heard.push({ channel: stream.split('/')[2], number: data.message.number, at: Date.parse(at) });
    } else if (op === 'event' && this.streams.includes(stream)) {
      this.heard.push({ channel: stream, number: 0, at: Date.parse(at) });
    }
    for (const [channel, number] of Object.entries(op === 'heads' ? heads : {})) this.heard.push({ channel, number });
  }
}

/** Speaks in all channels, and knows when each message was committed. */
class Speaker {
  constructor(server, person, channels) {
    Object.assign(this, { server, person, channels, said: new Map(), stopped: false });
    this.running = this.#run();
  }

  async #run() {
    while (!this.stopped) {
      await Promise.all(this.channels.map((channel) => this.#say(channel)));
      await sleep(EVERY_MS);
    }
  }

  async #say(channel) {
    const body = { nonce: crypto.randomUUID(), text: 'still here?' };
    const { status, body: answer } = await this.server.ask('POST', `/channels/${channel}/messages`, { token: this.person.token, body });
    if (status < 300) this.said.set(`${channel} ${answer.message.number}`, Date.parse(answer.message.sent_at));
  }

  /** When what was heard was said. */
  at({ channel, number, at }) {
    return at ?? this.said.get(`${channel} ${number}`) ?? 0;
  }

  async stop() {
    this.stopped = true;
    await this.running;
  }
}

const settle = async (what, holds) => {
  for (const end = performance.now() + SETTLE_MS; !(await holds()); ) {
    assert.ok(performance.now() < end, `waited in vain: ${what}`);
    await sleep(20);
  }
};

/** A guild with an open channel, a private one, and one that a role opens; its owner, somebody who stays and somebody who goes. */
const makeGuild = async (server, name) => {
  const [owner, stays, goes] = await Promise.all(['owner', 'stays', 'goes'].map((who) => server.register(`${name}-${who}`)));
  const as = (person, method, path, body) => server.call(method, path, { token: person.token, body });
  const guild = await as(owner, 'POST', '/guilds', { name });
  const channel = (draft) => as(owner, 'POST', `/guilds/${guild.id}/channels`, draft);
  const [open, secret] = [await channel({ name: 'open' }), await channel({ name: 'secret', private: true })];
  const vault = await channel({ name: 'vault', private: true });
  const role = await as(owner, 'POST', `/guilds/${guild.id}/roles`, { name: 'keepers' });
  await as(owner, 'PUT', `/channels/${vault.id}/overwrites/roles/${role.id}`, { allow: 1 });
  const { code } = await as(owner, 'POST', `/guilds/${guild.id}/invites`, {});
  for (const person of [stays, goes]) {
    await as(person, 'POST', `/invites/${code}/accept`);
    await as(owner, 'PUT', `/channels/${secret.id}/allowed/${person.id}`);
    await as(owner, 'PUT', `/guilds/${guild.id}/members/${person.id}/roles/${role.id}`);
  }
  const channels = [open, secret, vault].map(({ id }) => id);
  return { owner, stays, goes, guild: guild.id, open: open.id, secret: secret.id, vault: vault.id, role: role.id, channels };
};

/** What is taken away, from whom, and by which call. `lost`: the streams that are heard no more; none: all. */
const WAYS = {
  'a member leaves': ({ goes, guild }) => ({ by: goes, call: ['DELETE', `/guilds/${guild}/members/me`] }),
  'a private channel is closed to a member': ({ owner, goes, secret }) => ({
    by: owner,
    call: ['DELETE', `/channels/${secret}/allowed/${goes.id}`],
    lost: [secret],
  }),
  'a channel becomes private': ({ owner, stays, open }) => ({
    by: owner,
    before: ['PUT', `/channels/${open}/allowed/${stays.id}`],
    call: ['PATCH', `/channels/${open}`, { private: true }],
    lost: [open],
  }),
  'a member loses a role': ({ owner, goes, guild, vault, role }) => ({
    by: owner,
    call: ['DELETE', `/guilds/${guild}/members/${goes.id}/roles/${role}`],
    lost: [vault],
  }),
  'a session ends': ({ goes }) => ({ by: goes, call: ['DELETE', '/sessions/current'], closes: SESSION_ENDED }),
  'a password is changed in another browser': async ({ server, goes }) => ({
    by: await server.logIn(goes),
    call: ['PUT', '/me/password', { old_password: goes.password, password: 'another one, much longer' }],
    closes: SESSION_ENDED,
  }),
  'an operator suspends an account': ({ operator, goes }) => ({
    by: operator,
    call: ['POST', `/operator/accounts/${goes.id}/suspension`, { reason: 'Spam in several guilds.' }],
    closes: SESSION_ENDED,
  }),
};

const lostInTime = async (t, { server, operator, lossy, near, far }, name, way) => {
  const scene = await makeGuild(server, name.replaceAll(' ', '-'));
  const { owner, stays, goes, guild, open, channels } = scene;
  const { by, before, call, lost, closes } = await way({ ...scene, server, operator });
  const [kept, taken] = [stays, goes].map((person) => new Ear(far.socketUrl, person, guild, channels));
  t.after(() => [kept, taken].forEach((ear) => ear.link.close()));
  await Promise.all([kept, taken].map((ear) => ear.link.open()));
  await settle('all is watched', () => [kept, taken].every((ear) => ear.streams.every((stream) => ear.watched.has(stream))));
  const speaker = new Speaker(near, owner, channels);
  t.after(() => speaker.stop());
  await settle('both hear', () => [kept, taken].every((ear) => ear.heard.length > 4));

  lossy.loses = (subject) => WORDS_OF_ACCESS.test(subject);
  const ask = ([method, path, body]) => near.ask(method, path, { token: by.token, body });
  if (before) await ask(before);
  const answer = await ask(call);
  const gone = Date.now();
  assert.ok(answer.status < 300, JSON.stringify(answer));
  await sleep(SPEAK_MS);
  // Whoever asks again is refused as well.
  if (closes === undefined) taken.watch();
  await speaker.stop();
  const newest = Math.max(...speaker.said.values());
  await settle('who stayed heard all', () => kept.heard.some((heard) => speaker.at(heard) >= newest));
  lossy.loses = () => false;

  const is = (channel) => lost === undefined || lost.includes(channel);
  const late = taken.heard.filter((heard) => is(heard.channel) && speaker.at(heard) > gone + WITHIN_MS);
  const last = Math.max(0, ...taken.heard.filter((heard) => is(heard.channel)).map((heard) => speaker.at(heard) - gone));
  t.diagnostic(`${name}: heard what was said up to ${last} ms after it; ${lossy.lost} words were lost so far`);
  assert.deepEqual(late.slice(0, 3), [], `${late.length} frames were heard too late`);
  if (closes === undefined) {
    await settle('the socket was told', () => taken.refused.has(`messages/channel/${lost?.[0] ?? open}`));
  } else {
    assert.equal(taken.closes[0], closes, 'the socket was closed with its reason');
    assert.ok(!taken.link.up, 'it came back');
    const { status } = await far.ask('GET', '/me', { token: goes.token });
    assert.equal(status, 401, 'the token is refused by others, too');
  }
};

test('who lost access hears nothing a second later, when the word of it is lost', async (t) => {
  const lossy = await Lossy.start(process.env.GUILDHALL_TEST_NATS_URL);
  t.after(() => lossy.close());
  const server = await Server.start({ env: { GUILDHALL_TEST_NATS: lossy.url } });
  t.after(() => server.stop());
  const { gateway, realtime } = doors(server);
  // The first account runs the server.
  const operator = await server.register('operator');
  const fleet = { server, operator, lossy, near: through(server, gateway[0], realtime[0]), far: through(server, gateway[1], realtime[1]) };
  for (const [name, way] of Object.entries(WAYS)) await t.test(name, (t) => lostInTime(t, fleet, name, way));
  assert.ok(lossy.lost > 0, 'no word was lost');
});
