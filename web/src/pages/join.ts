import type { Engine } from '../engine/engine';
import { channelsOf } from '../ui/selectors';

/** Joins by an invite; the path of the place to land in. */
export async function joinGuild(engine: Engine, code: string): Promise<string> {
  const guild = await engine.calls.signed.acceptInvite(code);
  await engine.refetch();
  return landingIn(engine, guild.id);
}

/** Makes a guild; the path of its first channel. */
export async function createGuild(engine: Engine, name: string): Promise<string> {
  const guild = await engine.calls.signed.createGuild(name);
  await engine.refetch();
  return landingIn(engine, guild.id);
}

function landingIn(engine: Engine, guild: string): string {
  const first = channelsOf(engine.store.getSnapshot(), guild)[0];
  return first ? `/channels/${guild}/${first.id}` : `/channels/${guild}`;
}

/** The code in an invite link, or the code itself. */
export function inviteCode(text: string): string | null {
  const code = text.trim().match(/(?:^|\/invite\/)([A-Za-z0-9_-]{6,64})(?:[?#].*)?$/)?.[1];
  return code ?? null;
}
