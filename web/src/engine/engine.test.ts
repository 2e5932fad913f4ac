import { describe, expect, test } from 'vitest';
import { makeRows } from '../ui/conversation/rows';
import { Engine } from './engine';
import { show, start } from './testing/start';

type Started = Awaited<ReturnType<typeof start>>;

/** The texts on screen, as the conversation shows them. */
function shown({ state, channel, world }: Started): string[] {
  const timeline = state().timelines[channel];
  const rows = makeRows(timeline?.messages ?? [], state().outbox[channel] ?? [], world.me, null);
  return rows.map(row => row.message.text);
}

const sends = ({ platform }: Started) =>
  platform.sockets.flatMap(socket => socket.sent).filter(frame => frame.op === 'send');

describe('sending', () => {
  test('a message shows at once, and once when it has come back', async () => {
    const all = await start();
    await show(all, all.channel);
    all.engine.send(all.channel, 'hello', null);
    expect(shown(all)).toEqual(['hello']);
    await all.platform.pass(100);
    expect(shown(all)).toEqual(['hello']);
    expect(all.state().outbox).toEqual({});
  });

  test('an acknowledgement before the event leaves no gap and no double', async () => {
    const all = await start();
    await show(all, all.channel);
    const lost: unknown[] = [];
    all.world.passes = event => event.kind !== 'message_sent' || lost.push(event) > 1;
    all.engine.send(all.channel, 'hello', null);
    await all.platform.pass(10);
    expect(shown(all)).toEqual(['hello']);
    expect(all.state().outbox[all.channel]?.[0]?.phase).toBe('acked');
    all.world.say(all.channel, '2', 'hi');
    await all.platform.pass(100);
    expect(shown(all)).toEqual(['hello', 'hi']);
    expect(all.state().outbox).toEqual({});
  });

  test('an answer that is lost with the connection: sent again with the same nonce, shown once', async () => {
    const all = await start();
    await show(all, all.channel);
    all.world.losesAnswers = true;
    all.engine.send(all.channel, 'hello', null);
    await all.platform.pass(10);
    expect(shown(all)).toEqual(['hello']);
    all.world.losesAnswers = false;
    await all.platform.pass(5_000);
    expect(shown(all)).toEqual(['hello']);
    expect(all.world.messages[all.channel]).toHaveLength(1);
    const nonces = sends(all).map(frame => frame.nonce);
    expect(new Set(nonces).size).toBe(1);
    expect(all.state().outbox).toEqual({});
  });

  test('what is written offline waits, in order, and survives a reload', async () => {
    const all = await start();
    await show(all, all.channel);
    all.world.down(true);
    for (const text of ['one', 'two', 'three']) all.engine.send(all.channel, text, null);
    await all.platform.pass(2_000);
    expect(shown(all)).toEqual(['one', 'two', 'three']);

    const engine = new Engine(all.platform, () => all.world.calls);
    all.engine.session.end(false);
    all.platform.storage.set('guildhall.signed-in', all.world.me);
    const reloaded = { ...all, engine, state: () => engine.store.getSnapshot() };
    all.world.down(false);
    await engine.start();
    await show(reloaded, all.channel);
    await all.platform.pass(5_000);
    expect(shown(reloaded)).toEqual(['one', 'two', 'three']);
    expect(all.world.messages[all.channel]?.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect(all.platform.storage.keys().filter(key => key.includes('outbox'))).toEqual([]);
  });

  test('a reload between arrival and acknowledgement shows the message once', async () => {
    const all = await start();
    await show(all, all.channel);
    all.world.losesAnswers = true;
    all.engine.send(all.channel, 'hello', null);
    all.world.losesAnswers = false;
    const engine = new Engine(all.platform, () => all.world.calls);
    const reloaded = { ...all, engine, state: () => engine.store.getSnapshot() };
    const seen: string[][] = [];
    engine.store.subscribe(() => seen.push(shown(reloaded)));
    await engine.start();
    await show(reloaded, all.channel);
    await all.platform.pass(5_000);
    expect(shown(reloaded)).toEqual(['hello']);
    expect(seen.filter(texts => texts.length > 1)).toEqual([]);
  });

  test('a refused message stays with its reason, and can be thrown away', async () => {
    const all = await start();
    await show(all, all.channel);
    all.engine.send(all.channel, 'refuse', null);
    all.engine.send(all.channel, 'fine', null);
    await all.platform.pass(100);
    const [failed] = all.state().outbox[all.channel] ?? [];
    expect(failed?.phase).toBe('failed');
    expect(failed?.problem?.code).toBe('text_unfit');
    expect(shown(all)).toEqual(['fine', 'refuse']);
    all.engine.outbox.settle(failed?.nonce ?? '');
    expect(shown(all)).toEqual(['fine']);
  });
});

describe('reconnecting', () => {
  test('what was missed comes in, once each and in order, without loading anew', async () => {
    const all = await start();
    all.world.say(all.channel, '2', 'before');
    await show(all, all.channel);
    all.world.down(true);
    await all.platform.pass(3_000);
    expect(all.state().connection.phase).not.toBe('open');
    all.world.say(all.channel, '2', 'during 1');
    all.world.say(all.channel, '2', 'during 2');
    all.world.down(false);
    await all.platform.pass(30_000);
    expect(all.state().connection).toEqual({ phase: 'open', wasOpen: true });
    expect(shown(all)).toEqual(['before', 'during 1', 'during 2']);
    expect(all.state().timelines[all.channel]?.epoch).toBe(1);
  });

  test('an event that is lost on the way is repaired', async () => {
    const all = await start();
    await show(all, all.channel);
    all.world.passes = ({ seq, stream }) => !(stream.startsWith('messages/channel') && seq === 1);
    all.world.say(all.channel, '2', 'lost');
    all.world.say(all.channel, '2', 'seen');
    expect(shown(all)).toEqual([]);
    await all.platform.pass(60);
    expect(shown(all)).toEqual(['lost', 'seen']);
  });

  test('an ended session signs out; a server that is away does not', async () => {
    const all = await start();
    all.world.down(true);
    await all.platform.pass(60_000);
    expect(all.state().session.phase).toBe('signed_in');
    all.world.down(false);
    all.world.isSessionOver = true;
    await all.platform.pass(60_000);
    expect(all.state().session).toEqual({ phase: 'signed_out', expired: true });
    expect(all.state().guilds).toEqual({});
  });

  test('a reset loads the channel anew and goes on from there', async () => {
    const all = await start();
    all.world.say(all.channel, '2', 'one');
    await show(all, all.channel);
    const stream = `messages/channel/${all.channel}`;
    all.world.passes = () => false;
    all.world.say(all.channel, '2', 'two');
    all.world.passes = () => true;
    all.platform.sockets.at(-1)?.give({ op: 'reset', stream, seq: 2 });
    await all.platform.pass(100);
    all.world.say(all.channel, '2', 'three');
    expect(shown(all)).toEqual(['one', 'two', 'three']);
  });
});

describe('reading', () => {
  test('a channel is read while it is looked at, and only then', async () => {
    const all = await start();
    await show(all, all.channel);
    const unread = () =>
      (all.state().heads[all.channel]?.number ?? 0) - (all.state().heads[all.channel]?.marker ?? 0);
    all.world.say(all.channel, '2', 'one');
    expect(unread()).toBe(1);
    all.engine.reader.scrolled(true);
    expect(unread()).toBe(0);
    expect(all.world.markers[`1/${all.channel}`]).toBe(1);
    all.engine.reader.focused(false);
    all.world.say(all.channel, '2', 'two');
    expect(unread()).toBe(1);
    all.engine.reader.focused(true);
    expect(unread()).toBe(0);
  });

  test('a marker that moved elsewhere moves here', async () => {
    const all = await start();
    all.world.say(all.channel, '2', 'one');
    expect(all.state().heads[all.channel]).toMatchObject({ number: 1, marker: 0 });
    all.world.read(all.channel, '1', 1);
    expect(all.state().heads[all.channel]).toMatchObject({ number: 1, marker: 1 });
  });

  test('the "New" line stays where it was when the channel was entered', async () => {
    const all = await start();
    all.world.say(all.channel, '2', 'one');
    all.world.say(all.channel, '2', 'two');
    await show(all, all.channel);
    all.engine.reader.scrolled(true);
    expect(all.state().timelines[all.channel]?.newAfter).toBe(0);
    all.engine.send(all.channel, 'mine', null);
    expect(all.state().timelines[all.channel]?.newAfter).toBe(null);
  });
});

describe('history', () => {
  test('pages go both ways without holes or doubles', async () => {
    const all = await start();
    for (let n = 1; n <= 400; n += 1) all.world.say(all.channel, '2', `m${n}`);
    await show(all, all.channel);
    const numbers = () => all.state().timelines[all.channel]?.messages.map(({ number }) => number) ?? [];
    expect(numbers()[0]).toBe(351);
    await all.engine.history.jumpTo(all.channel, 100);
    expect(all.state().timelines[all.channel]).toMatchObject({ atEnd: false, atStart: false });
    all.world.say(all.channel, '2', 'live');
    for (let turn = 0; turn < 6; turn += 1) {
      await all.engine.history.loadAfter(all.channel);
      await all.engine.history.loadBefore(all.channel);
    }
    await all.platform.pass(100);
    expect(numbers()).toEqual(Array.from({ length: 401 }, (_, index) => index + 1));
    expect(all.state().timelines[all.channel]).toMatchObject({ atEnd: true, atStart: true });
    all.world.say(all.channel, '2', 'and on');
    expect(numbers().at(-1)).toBe(402);
  });

  test('a deletion that overtakes its page is not undone by it', async () => {
    const all = await start();
    for (let n = 1; n <= 60; n += 1) all.world.say(all.channel, '2', `m${n}`);
    await show(all, all.channel);
    const stale = all.world.history(all.channel, { before: 11 }, 100);
    all.world.history = () => stale;
    const loading = all.engine.history.loadBefore(all.channel);
    all.world.deleteMessage(all.channel, 3);
    await loading;
    expect(all.state().timelines[all.channel]?.messages[2]).toMatchObject({ deleted: true, text: '' });
  });
});

describe('people', () => {
  const nameOf = ({ state }: Started, user: string) => state().users[user]?.display_name;

  test('a profile that changes is asked for anew, where it is known', async () => {
    const all = await start();
    all.engine.people.need(['2']);
    await all.platform.pass(100);
    all.world.changeProfile('2', { display_name: 'Renamed' });
    all.world.changeProfile('3', { display_name: 'Nobody shows me' });
    all.world.changeProfile('2', { display_name: 'Renamed again' });
    const before = all.world.asked.length;
    await all.platform.pass(1_100);
    expect(all.world.asked.length).toBe(before + 1);
    expect([nameOf(all, '2'), nameOf(all, '3')]).toEqual(['Renamed again', undefined]);
  });

  test('a word that was lost is made up for: after a reconnect, and after ten minutes', async () => {
    const all = await start();
    all.engine.people.need(['2']);
    const unwatch = all.engine.people.watchPresence(['2']);
    await all.platform.pass(100);
    all.world.changeProfile('2', { display_name: 'Missed' }, false);
    for (const { socket } of all.world.clients) socket.break();
    await all.platform.pass(10_000);
    expect(nameOf(all, '2')).toBe('Missed');
    all.world.changeProfile('2', { display_name: 'Missed again' }, false);
    unwatch();
    const before = all.world.asked.length;
    all.engine.people.watchPresence(['2'])();
    await all.platform.pass(1_100);
    expect(all.world.asked.length).toBe(before);
    await all.platform.pass(10 * 60_000);
    all.engine.people.watchPresence(['2']);
    await all.platform.pass(1_100);
    expect(nameOf(all, '2')).toBe('Missed again');
  });
});

describe('settings', () => {
  test('a change shows at once, goes to the server, and comes from other devices', async () => {
    const all = await start();
    expect(all.state().settings?.theme).toBe('system');
    const changing = all.engine.settings.change({ theme: 'dark' });
    expect(all.state().settings?.theme).toBe('dark');
    await changing;
    all.world.changeSettings({ density: 'compact' });
    await all.platform.pass(100);
    expect(all.state().settings).toEqual(all.world.settings);
    expect(all.world.settings).toMatchObject({ theme: 'dark', density: 'compact', version: 2 });
  });

  test('what the server says of one change undoes no other that is on its way', async () => {
    const all = await start();
    const first = all.engine.settings.change({ theme: 'dark' });
    const second = all.engine.settings.change({ enter_sends: false });
    await first;
    expect(all.state().settings).toMatchObject({ theme: 'dark', enter_sends: false });
    await second;
    expect(all.state().settings).toEqual(all.world.settings);
  });

  test('what is refused is taken back', async () => {
    const all = await start();
    all.world.isDown = true;
    const changing = all.engine.settings.change({ theme: 'dark' });
    await expect(changing).rejects.toThrow();
    all.world.isDown = false;
    all.engine.settings.load();
    await all.platform.pass(100);
    expect(all.state().settings?.theme).toBe('system');
  });
});
