import { Engine } from '../engine';
import { FakePlatform } from './platform';
import { World } from './world';

/** A signed-in engine that is connected to a world with one guild, and shows its first channel. */
export async function start() {
  const platform = new FakePlatform();
  const world = new World(platform);
  const guild = world.addGuild();
  const channel = Object.values(world.channels)[0]?.id ?? '';
  const engine = new Engine(platform, () => world.calls);
  await engine.logIn({ email: 'me@example.org', password: 'a long password' });
  await platform.pass(100);
  return { platform, world, engine, guild, channel, state: () => engine.store.getSnapshot() };
}

/** Opens a channel and waits until its messages are there. */
export async function show({ engine, platform }: Awaited<ReturnType<typeof start>>, channel: string) {
  engine.show(channel);
  await platform.pass(100);
}
