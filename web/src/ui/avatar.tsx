import { hueOf, initials } from '../lib/identity';
import { useStore, useUser } from './hooks';

interface Props {
  user: string;
  size?: number;
  /** Shows whether the person is online. */
  presence?: boolean;
}

/** A person's initials on their colour. The name stands beside it, so it is decoration. */
export function Avatar({ user, size = 40, presence }: Props) {
  const person = useUser(user);
  return (
    <span
      className="avatar"
      data-hue={hueOf(user)}
      data-size={size}
      data-initials={person ? initials(person.display_name) : ''}
      aria-hidden="true"
    >
      {presence && <PresenceDot user={user} />}
    </span>
  );
}

export function PresenceDot({ user }: { user: string }) {
  const isOnline = useStore(state => state.presence[user] === true);
  return <span className="presence" data-online={isOnline || undefined} />;
}

export function UserName({ user }: { user: string }) {
  const person = useUser(user);
  if (!person) return <span className="skeleton skeleton-name" aria-hidden="true" />;
  return <>{person.display_name}</>;
}

export function GuildIcon({ id, name, size = 48 }: { id: string; name: string; size?: number }) {
  return (
    <span
      className="guild-icon"
      data-hue={hueOf(id)}
      data-size={size}
      data-initials={initials(name)}
      aria-hidden="true"
    />
  );
}
