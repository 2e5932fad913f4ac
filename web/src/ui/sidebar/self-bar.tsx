import { Keyboard, Settings } from 'lucide-react';
import { Avatar } from '../avatar';
import { IconButton } from '../button';
import { useStore } from '../hooks';
import { show } from '../view';

/** Who is signed in, with the way to the settings. */
export function SelfBar() {
  const me = useStore(({ session }) => (session.phase === 'signed_in' ? session.me : null));
  const isOpen = useStore(state => state.connection.phase === 'open');
  if (!me) return null;
  return (
    <div className="self">
      <span className="self-face" data-online={isOpen || undefined}>
        <Avatar user={me.id} size={32} />
        <span className="presence" data-online={isOpen || undefined} />
      </span>
      <span className="self-text">
        <strong>{me.display_name}</strong>
        <small>{isOpen ? 'Online' : 'Connecting…'}</small>
      </span>
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
