import { useState } from 'react';
import { hueOf, initials } from '../lib/identity';
import { imageUrl } from '../lib/images';
import { useUser } from './hooks';
import { PresenceDot } from './presence';

interface Props {
  user: string;
  size?: number;
  /** Shows how the person is seen. */
  presence?: boolean;
}

/** Up to this size, in CSS pixels, the small picture is sharp on every screen. */
const SMALL_UP_TO = 64;

/** A person's picture, or initials on their colour. The name stands beside it, so it is decoration. */
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
      {person?.avatar && <Picture name={person.avatar} size={size} />}
      {presence && <PresenceDot user={user} />}
    </span>
  );
}

/** A square picture over what stands for it; nothing where it can't be had. */
function Picture({ name, size }: { name: string; size: number }) {
  const [missing, setMissing] = useState('');
  if (missing === name) return null;
  return (
    <img
      className="picture"
      src={imageUrl(name, size <= SMALL_UP_TO ? 128 : 512)}
      alt=""
      loading="lazy"
      decoding="async"
      draggable={false}
      onError={() => setMissing(name)}
    />
  );
}

export function UserName({ user }: { user: string }) {
  const person = useUser(user);
  if (!person) return <span className="skeleton skeleton-name" aria-hidden="true" />;
  return <>{person.display_name}</>;
}

interface GuildProps {
  id: string;
  name: string;
  icon?: string | null;
  size?: number;
}

/** A guild's picture, or initials on its colour. */
export function GuildIcon({ id, name, icon, size = 48 }: GuildProps) {
  return (
    <span
      className="guild-icon"
      data-hue={hueOf(id)}
      data-size={size}
      data-initials={initials(name)}
      aria-hidden="true"
    >
      {icon && <Picture name={icon} size={size} />}
    </span>
  );
}
