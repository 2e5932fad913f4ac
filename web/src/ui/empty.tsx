import { Compass, Hash, Menu, Plus, Ticket } from 'lucide-react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { Button, IconButton } from './button';
import { useStore } from './hooks';
import { Logo } from './logo';
import { useMay } from './roles/standing';
import { show } from './view';

interface Props {
  icon: ReactNode;
  title: string;
  text: string;
  children?: ReactNode;
}

function Empty({ icon, title, text, children }: Props) {
  return (
    <main className="empty">
      <header className="channel-head channel-head-bare">
        <IconButton label="Open the channel list" className="nav-button" onClick={() => show.nav(true)}>
          <Menu size={20} />
        </IconButton>
      </header>
      <div className="empty-body">
        <span className="empty-icon" aria-hidden="true">
          {icon}
        </span>
        <h1>{title}</h1>
        <p>{text}</p>
        {children && <div className="empty-actions">{children}</div>}
      </div>
    </main>
  );
}

/** Signed in, but in no guild yet. */
export function Welcome() {
  const name = useStore(({ session }) => (session.phase === 'signed_in' ? session.me.display_name : ''));
  return (
    <Empty
      icon={<Logo size={64} />}
      title={`Good to have you, ${name}`}
      text="Guilds are where people meet. Make your own, or join one that you were invited to."
    >
      <button type="button" className="choice" onClick={() => show.dialog({ name: 'add-guild' })}>
        <span className="choice-icon">
          <Plus size={20} />
        </span>
        <strong>Create a guild</strong>
        <small>A home for your friends, team or club</small>
      </button>
      <button type="button" className="choice" onClick={() => show.dialog({ name: 'add-guild' })}>
        <span className="choice-icon">
          <Ticket size={20} />
        </span>
        <strong>Join with an invite</strong>
        <small>Paste the link that someone sent you</small>
      </button>
    </Empty>
  );
}

export function NoChannel({ guild }: { guild: string }) {
  const canCreate = useMay(guild, 'manageChannels');
  return (
    <Empty
      icon={<Hash size={34} />}
      title="No channels here yet"
      text={
        canCreate
          ? 'Create the first one, so that people have a place to talk.'
          : 'None that you can see, at least.'
      }
    >
      {canCreate && <Button onClick={() => show.dialog({ name: 'channel', guild })}>Create channel</Button>}
    </Empty>
  );
}

/** The address names a place that isn't there, or isn't for the person. */
export function UnknownPlace() {
  const [, navigate] = useLocation();
  return (
    <Empty
      icon={<Compass size={34} />}
      title="There is nothing here"
      text="The channel was deleted, or you don’t have access to it any more."
    >
      <Button onClick={() => navigate('/')}>Go home</Button>
    </Empty>
  );
}
