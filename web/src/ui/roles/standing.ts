import { useLocation } from 'wouter';
import type { Member, Role } from '../../api/types';
import type { State } from '../../engine/state';
import { ALL, has, type PermissionName } from '../../lib/permissions';
import { useMe, useStore } from '../hooks';

const noRoles: readonly Role[] = [];
const noIds: readonly string[] = [];

/** The guild that is shown, by the address; empty elsewhere. */
export function useShownGuild(): string {
  const [path] = useLocation();
  return /^\/channels\/(\d+)/.exec(path)?.[1] ?? '';
}

export const permissionsIn = ({ standings }: State, guild: string): number =>
  standings[guild]?.permissions ?? 0;

/** Whether the person may do this in the guild. */
export const useMay = (guild: string, name: PermissionName): boolean =>
  useStore(state => has(permissionsIn(state, guild), name));

/** Whether the person may do this in a guild's channel. */
export const useMayIn = (guild: string, channel: string, name: PermissionName): boolean =>
  useStore(state => has(state.standings[guild]?.inChannels[channel] ?? permissionsIn(state, guild), name));

/** A guild's roles, the highest first, with the one that every member has at the end. */
export const useRoles = (guild: string): readonly Role[] => useStore(state => state.roles[guild] ?? noRoles);

/** How high the person stands: only what is below may be touched. */
export function useRank(guild: string): { highest: number; permissions: number } {
  const isOwner = useMe() === useStore(state => state.guilds[guild]?.owner);
  const roles = useRoles(guild);
  const mine = useStore(state => state.myRoles[guild] ?? noIds);
  const permissions = useStore(state => permissionsIn(state, guild));
  if (isOwner) return { highest: Number.POSITIVE_INFINITY, permissions: ALL };
  const highest = Math.max(0, ...roles.filter(({ id }) => mine.includes(id)).map(({ position }) => position));
  return { highest, permissions };
}

const byUser = new WeakMap<readonly Member[], Map<string, readonly string[]>>();

/** The roles that a member has, where the list of members is loaded that far. */
export function rolesOf({ members }: State, guild: string, user: string): readonly string[] {
  const items = members[guild]?.items;
  if (!items) return noIds;
  let index = byUser.get(items);
  if (!index) {
    index = new Map(items.map(member => [member.user, member.roles ?? noIds]));
    byUser.set(items, index);
  }
  return index.get(user) ?? noIds;
}

/** The colour of the highest of a member's roles that has one. */
export function colorOf(state: State, guild: string, user: string): string | undefined {
  const held = rolesOf(state, guild, user);
  if (held.length === 0) return undefined;
  return state.roles[guild]?.find(({ id, color }) => color && held.includes(id))?.color ?? undefined;
}
