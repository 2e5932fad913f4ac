import type { CSSProperties, ReactNode } from 'react';
import type { Role } from '../../api/types';
import { UserName } from '../avatar';
import { useStore } from '../hooks';
import { colorOf, useShownGuild } from './standing';

const colored = (color: string) => ({ '--role': color }) as CSSProperties;

/** Text in a role's colour, kept light or dark enough to be read. */
export function Colored({ color, children }: { color: string | null | undefined; children: ReactNode }) {
  if (!color) return children;
  return (
    <span className="role-colored" style={colored(color)}>
      {children}
    </span>
  );
}

/** Somebody's name in the colour of their highest role in the guild that is shown. */
export function MemberName({ user }: { user: string }) {
  const guild = useShownGuild();
  const color = useStore(state => colorOf(state, guild, user));
  return (
    <Colored color={color}>
      <UserName user={user} />
    </Colored>
  );
}

export function RoleDot({ role }: { role: Pick<Role, 'color'> }) {
  return (
    <span className="role-dot" style={role.color ? colored(role.color) : undefined} aria-hidden="true" />
  );
}
