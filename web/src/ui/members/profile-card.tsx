import { CalendarDays } from 'lucide-react';
import { type CSSProperties, type ReactNode, useState } from 'react';
import type { User } from '../../api/types';
import type { Seen } from '../../engine/presence';
import { hueOf } from '../../lib/identity';
import { imageUrl } from '../../lib/images';
import { shortDate } from '../../lib/time';
import { Avatar } from '../avatar';
import { Dot, SEEN_NAMES } from '../presence';
import { StatusLine } from '../status';

interface Props {
  person: User;
  seen: Seen;
  /** What they are called where they are seen. */
  nickname?: string | null;
  children?: ReactNode;
}

/** A person as others see them: with all that they say of themselves. */
export function ProfileCard({ person, seen, nickname, children }: Props) {
  return (
    <>
      <Cover person={person} />
      <div className="profile-face">
        <Avatar user={person.id} size={72} />
        <Dot seen={seen} />
      </div>
      <div className="profile-body">
        <h2>{nickname || person.display_name}</h2>
        <p className="profile-handle">
          {nickname && <span>{person.display_name}</span>}
          <span>@{person.handle}</span>
          {person.pronouns && <span>{person.pronouns}</span>}
        </p>
        <StatusLine person={person} />
        <p className="visually-hidden">{SEEN_NAMES[seen]}</p>
        {person.bio && <p className="profile-bio">{person.bio}</p>}
        <p className="profile-fact">
          <CalendarDays size={15} aria-hidden="true" /> Here since {shortDate(person.created_at)}
        </p>
        {children}
      </div>
    </>
  );
}

/** The banner; else the colour that the person chose, else the one that stands for them. */
function Cover({ person }: { person: User }) {
  const [missing, setMissing] = useState('');
  const { banner, accent_color } = person;
  const style = accent_color ? ({ '--cover': accent_color } as CSSProperties) : undefined;
  const isShown = banner && banner !== missing;
  return (
    <div
      className="profile-cover"
      data-hue={hueOf(person.id)}
      data-banner={isShown ? '' : undefined}
      style={style}
    >
      {isShown && (
        <img
          src={imageUrl(banner, 600)}
          alt=""
          decoding="async"
          draggable={false}
          onError={() => setMissing(banner)}
        />
      )}
    </div>
  );
}
