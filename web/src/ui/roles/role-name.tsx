import type { CSSProperties, ReactNode } from 'react';
import type { Role } from '../../api/types';
import { UserName } from '../avatar';
import { useStore } from '../hooks';
import { colorOf, memberOf, useShownGuild } from './standing';

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

/** What somebody is called in the guild that is shown, in the colour of their highest role. */
export function MemberName({ user }: { user: string }) {
  const guild = useShownGuild();
  const color = useStore(state => colorOf(state, guild, user));
  const nickname = useStore(state => memberOf(state, guild, user)?.nickname);
  return <Colored color={color}>{nickname || <UserName user={user} />}</Colored>;
}

export function RoleDot({ role }: { role: Pick<Role, 'color'> }) {
  return (
    <span className="role-dot" style={role.color ? colored(role.color) : undefined} aria-hidden="true" />
  );
}
