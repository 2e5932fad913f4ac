import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { Member, Role } from '../../api/types';
import type { State } from '../../engine/state';
import { ALL, has, type PermissionName } from '../../lib/permissions';
import { useMe, useStore } from '../hooks';

const noRoles: readonly Role[] = [];
const noIds: readonly string[] = [];
/** Longer ones don't wait at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

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

const byUser = new WeakMap<readonly Member[], Map<string, Member>>();

/** A member, where the list of members is loaded that far. */
export function memberOf({ members }: State, guild: string, user: string): Member | undefined {
  const items = members[guild]?.items;
  if (!items) return undefined;
  let index = byUser.get(items);
  if (!index) {
    index = new Map(items.map(member => [member.user, member]));
    byUser.set(items, index);
  }
  return index.get(user);
}

/** The roles that a member has. */
export const rolesOf = (state: State, guild: string, user: string): readonly string[] =>
  memberOf(state, guild, user)?.roles ?? noIds;

/** What somebody is called in a guild; empty while it isn't known. */
export const nameIn = (state: State, guild: string, user: string): string =>
  memberOf(state, guild, user)?.nickname ?? state.users[user]?.display_name ?? '';

/** Whether a time-out still lasts; it ends by itself. */
export function useTimedOut(until: string | null | undefined): boolean {
  const [now, setNow] = useState(Date.now);
  const left = until ? Date.parse(until) - now : 0;
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.min(left, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  }, [left]);
  return left > 0;
}

/** The colour of the highest of a member's roles that has one. */
export function colorOf(state: State, guild: string, user: string): string | undefined {
  const held = rolesOf(state, guild, user);
  if (held.length === 0) return undefined;
  return state.roles[guild]?.find(({ id, color }) => color && held.includes(id))?.color ?? undefined;
}
