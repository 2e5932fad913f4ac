import { Keyboard, Settings } from 'lucide-react';
import { Avatar } from '../avatar';
import { IconButton } from '../button';
import { useStore } from '../hooks';
import { StatusLine, useStatus } from '../status';
import { Tip } from '../tip';
import { show } from '../view';

/** Who is signed in and what they are up to, with the way to the settings. */
export function SelfBar() {
  const me = useStore(({ session }) => (session.phase === 'signed_in' ? session.me : null));
  const isOpen = useStore(state => state.connection.phase === 'open');
  const status = useStatus(me);
  if (!me) return null;
  const state = isOpen ? 'Online' : 'Connecting…';
  return (
    <div className="self">
      <Tip text={status ? 'Change your status' : 'Set a status'} side="top">
        <button type="button" className="self-me" onClick={() => show.dialog({ name: 'status' })}>
          <span className="self-face" data-online={isOpen || undefined}>
            <Avatar user={me.id} size={32} />
            <span className="presence" data-online={isOpen || undefined} />
          </span>
          <span className="self-text">
            <strong>{me.display_name}</strong>
            {status && isOpen ? <StatusLine person={me} /> : <small>{state}</small>}
          </span>
          <span className="visually-hidden">: {status ? 'change your status' : 'set a status'}</span>
        </button>
      </Tip>
      <IconButton
        label="Keyboard shortcuts"
        keys="?"
        className="self-keys"
        onClick={() => show.dialog({ name: 'keys' })}
      >
        <Keyboard size={18} />
      </IconButton>
      <IconButton label="Settings" onClick={() => show.dialog({ name: 'settings' })}>
        <Settings size={18} />
      </IconButton>
    </div>
  );
}
