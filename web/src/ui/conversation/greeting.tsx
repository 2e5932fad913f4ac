import { Hash, Lock, UserPlus } from 'lucide-react';
import type { Channel } from '../../api/types';
import { Avatar } from '../avatar';
import { Button } from '../button';
import { useMe } from '../hooks';
import { otherIn } from '../selectors';
import { show } from '../view';

/** Stands above a channel's first message. */
export function Greeting({ channel, name }: { channel: Channel; name: string }) {
  const me = useMe();
  const { guild } = channel;
  if (!guild) {
    return (
      <div className="greeting">
        <Avatar user={otherIn(channel, me)} size={72} />
        <h2>{name}</h2>
        <p>This is the beginning of your conversation with {name}. Only the two of you can see it.</p>
      </div>
    );
  }
  return (
    <div className="greeting">
      <span className="greeting-icon" aria-hidden="true">
        {channel.private ? <Lock size={32} /> : <Hash size={36} />}
      </span>
      <h2>Welcome to {name}</h2>
      <p>
        {channel.topic ||
          (channel.private
            ? 'A private channel: only those on its list can see it. This is where it begins.'
            : 'This is where the channel begins. Say something nice.')}
      </p>
      <Button tone="quiet" size="small" onClick={() => show.dialog({ name: 'invite', guild })}>
        <UserPlus size={16} aria-hidden="true" /> Invite people
      </Button>
    </div>
  );
}
