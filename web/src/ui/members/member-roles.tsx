import { Plus, X } from 'lucide-react';
import { problemOf } from '../../api/problem';
import type { Role } from '../../api/types';
import { useEngine, useStore } from '../hooks';
import { Menu, MenuItem } from '../menu';
import { RoleDot } from '../roles/role-name';
import { rolesOf, useMay, useRank, useRoles } from '../roles/standing';
import { show } from '../view';

/** A member's roles in a guild, given and taken here by who may. */
export function MemberRoles({ guild, user }: { guild: string; user: string }) {
  const engine = useEngine();
  const roles = useRoles(guild);
  const held = useStore(state => rolesOf(state, guild, user));
  const isMember = useStore(
    state => state.members[guild]?.items.some(member => member.user === user) ?? false,
  );
  const managesRoles = useMay(guild, 'manageRoles');
  const rank = useRank(guild);
  const owner = useStore(state => state.guilds[guild]?.owner);
  if (!isMember) return null;
  const theirs = roles.filter(({ id }) => held.includes(id));
  const isBelow =
    (theirs[0]?.position ?? 0) < rank.highest &&
    (user !== owner || rank.highest === Number.POSITIVE_INFINITY);
  const canHand = (role: Role) =>
    managesRoles && isBelow && role.position > 0 && role.position < rank.highest;
  const others = roles.filter(role => canHand(role) && !held.includes(role.id));
  if (theirs.length === 0 && others.length === 0) return null;
  const { giveRole, takeRole } = engine.calls.signed;
  const told = (done: Promise<unknown>) => done.catch(error => show.toast(problemOf(error).detail, 'bad'));
  return (
    <section className="member-roles" aria-label="Roles">
      <ul>
        {theirs.map(role => (
          <li key={role.id} className="role-chip">
            <RoleDot role={role} />
            <span>{role.name}</span>
            {canHand(role) && (
              <button
                type="button"
                aria-label={`Take the role ${role.name}`}
                onClick={() => void told(takeRole(guild, user, role.id))}
              >
                <X size={12} />
              </button>
            )}
          </li>
        ))}
        {others.length > 0 && (
          <li>
            <Menu
              trigger={
                <button type="button" className="role-chip role-chip-add">
                  <Plus size={13} aria-hidden="true" /> Give a role
                </button>
              }
            >
              {others.map(role => (
                <MenuItem
                  key={role.id}
                  icon={<RoleDot role={role} />}
                  onSelect={() => void told(giveRole(guild, user, role.id))}
                >
                  {role.name}
                </MenuItem>
              ))}
            </Menu>
          </li>
        )}
      </ul>
    </section>
  );
}
