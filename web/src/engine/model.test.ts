import { expect, test } from 'vitest';
import { applyOverview } from './apply';
import { initialState, type State } from './state';
import { editMessage } from './testing/changes';
import { show, start } from './testing/start';

type Started = Awaited<ReturnType<typeof start>>;

/** A chance that can be repeated: mulberry32. */
function dice(seed: number): (sides: number) => number {
  let a = seed;
  return sides => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

const byId = <T>(record: Readonly<Record<string, T>>) =>
  Object.entries(record).sort(([a], [b]) => a.localeCompare(b));

/** What must be the same, however it was come by. */
function facts(state: State) {
  return {
    guilds: byId(state.guilds),
    channels: byId(state.channels),
    directs: [...state.directs].sort(),
    friends: state.friends && byId(state.friends),
    roles: byId(state.roles),
    myRoles: byId(state.myRoles).map(([guild, ids]) => [guild, [...ids].sort()]),
    blocks: state.blocks && byId(state.blocks),
    // When the last message came isn't told by the frames that bring its number.
    heads: byId(state.heads).map(([id, { number, marker }]) => [id, number, marker]),
  };
}

/** One random change of the world; every kind of event comes from one of these. */
function change({ world }: Started, roll: (sides: number) => number): void {
  const pick = <T>(list: readonly T[]): T | undefined => list[roll(Math.max(1, list.length))];
  const guild = pick(
    Object.keys(world.guilds).filter(id => world.members[id]?.some(({ user }) => user === '1')),
  );
  const channel = pick(Object.values(world.channels).filter(({ guild: owner }) => owner === guild));
  const anyChannel = pick(Object.keys(world.channels));
  const others = (world.members[guild ?? ''] ?? []).map(({ user }) => user).filter(user => user !== '1');
  const roles = (world.roles[guild ?? ''] ?? []).slice(0, -1);
  const role = pick(roles);
  const member = pick(world.members[guild ?? ''] ?? []);
  const said = (die: typeof roll) => 1 + die(world.messages[anyChannel ?? '']?.length || 1);
  const actions: (() => unknown)[] = [
    () => guild && world.addRole(guild),
    () => role && world.editRole(role, `Role ${roll(100)}`),
    () => role && roll(2) === 0 && world.deleteRole(role),
    () => guild && world.reverseRoles(guild),
    () => role && member && world.handRole(member, role.id),
    () => anyChannel && world.say(anyChannel, pick(['1', '2', '3']) ?? '2', `text ${roll(1_000)}`),
    () => anyChannel && world.say(anyChannel, '2', `text ${roll(1_000)}`),
    () => anyChannel && world.deleteMessage(anyChannel, said(roll)),
    () => anyChannel && editMessage(world, anyChannel, said(roll), `changed ${roll(1_000)}`),
    () => anyChannel && world.read(anyChannel, '1', roll(1 + (world.messages[anyChannel]?.length ?? 0))),
    () => world.addGuild(pick([['1'], ['2', '1'], ['1', '2', '3']])),
    () => guild && world.rename(guild, `Renamed ${roll(1_000)}`),
    () => guild && Object.keys(world.guilds).length > 2 && world.deleteGuild(guild),
    () => guild && !others.includes('3') && world.join(guild, '3'),
    () => guild && others.length > 0 && world.leave(guild, others[0] ?? ''),
    () => guild && world.guilds[guild]?.owner !== '1' && world.leave(guild, '1'),
    () => guild && world.addChannel(guild, `open-${roll(100)}`),
    () => guild && world.addChannel(guild, `private-${roll(100)}`, roll(2) ? ['1'] : ['2']),
    () =>
      channel && world.editChannel(channel.id, { name: `edited-${roll(100)}`, topic: `about ${roll(9)}` }),
    () => channel && roll(3) === 0 && world.deleteChannel(channel.id),
    () => channel?.private && world.setAllowed(channel.id, '1', roll(2) === 0),
    () =>
      world.befriend(pick(['2', '3', '4']) ?? '2', pick(['friend', 'incoming', 'outgoing', null]) ?? null),
    () => world.block(pick(['2', '3', '4']) ?? '2', roll(2) === 0),
    () => roll(3) === 0 && world.openDirect(pick(['2', '3']) ?? '2'),
  ];
  actions[roll(actions.length)]?.();
}

async function same(all: Started): Promise<void> {
  await all.platform.pass(20_000);
  const fresh = applyOverview(
    { ...initialState, friends: all.world.friends, blocks: all.world.blocks },
    all.world.overview(),
  );
  expect(facts(all.state())).toEqual(facts(fresh));
  for (const [id, timeline] of Object.entries(all.state().timelines)) {
    expect(timeline.messages).toEqual((all.world.messages[id] ?? []).slice(-timeline.messages.length));
  }
}

test.each(Array.from({ length: 60 }, (_, index) => index + 1))(
  'a snapshot with the events after it is a fresh snapshot (seed %i)',
  async seed => {
    const roll = dice(seed);
    const all = await start();
    for (let step = 0; step < 120; step += 1) {
      change(all, roll);
      if (step % 9 === 0) {
        const channels = Object.keys(all.state().channels);
        await show(all, channels[roll(channels.length || 1)] ?? all.channel);
      }
      if (step % 7 === 0 && all.engine.reader.channel)
        void all.engine.history.loadBefore(all.engine.reader.channel);
      if (step % 31 === 30) {
        all.world.down(true);
        for (let missed = 0; missed < 10; missed += 1) change(all, roll);
        await all.platform.pass(roll(4_000));
        all.world.down(false);
      }
      if (step % 20 === 19) await same(all);
      else await all.platform.pass(roll(200));
    }
    await same(all);
  },
);
