import { Keyboard, Settings } from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '../avatar';
import { IconButton } from '../button';
import { useStore } from '../hooks';
import { Dot, SEEN_NAMES, useSeen } from '../presence';
import { StatusLine, useStatus } from '../status';
import { show } from '../view';
import { SelfMenu } from './self-menu';

/** Who is signed in, how they are seen and what they are up to, with the way to the settings. */
export function SelfBar() {
  const me = useStore(({ session }) => (session.phase === 'signed_in' ? session.me : null));
  const isOpen = useStore(state => state.connection.phase === 'open');
  const isInvisible = useStore(state => state.settings?.presence === 'invisible');
  const seen = useSeen(me?.id ?? '');
  const status = useStatus(me);
  const [home, setHome] = useState<Element | null>(null);
  if (!me) return null;
  const state = !isOpen ? 'Connecting…' : isInvisible ? 'Invisible' : SEEN_NAMES[seen];
  return (
    <div className="self" ref={setHome}>
      <SelfMenu
        home={home}
        hasStatus={status !== null}
        trigger={
          <button type="button" className="self-me">
            <span className="self-face">
              <Avatar user={me.id} size={32} />
              <Dot seen={seen} />
            </span>
            <span className="self-text">
              <strong>{me.display_name}</strong>
              {status && isOpen && !isInvisible ? <StatusLine person={me} /> : <small>{state}</small>}
            </span>
            <span className="visually-hidden">: your presence and status</span>
          </button>
        }
      />
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
