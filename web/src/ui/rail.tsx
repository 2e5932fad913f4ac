import { MessageCircle, Plus, ShieldCheck } from 'lucide-react';
import { Link } from 'wouter';
import { GuildIcon } from './avatar';
import { useStore } from './hooks';
import { directsUnread, friendsIn, guildHasUnread } from './selectors';
import { Tip } from './tip';
import { show } from './view';

/** The column of guilds. */
export function Rail({ guild, isHome }: { guild: string | undefined; isHome: boolean }) {
  const order = useStore(state => state.guildOrder);
  const unread = useStore(directsUnread);
  const requests = useStore(state => friendsIn(state).incoming.length);
  const waiting = unread + requests;
  const news = [
    unread > 0 && `${unread} unread`,
    requests > 0 && `${requests} friend ${requests === 1 ? 'request' : 'requests'}`,
  ];
  return (
    <nav className="rail" aria-label="Guilds">
      <Tip text="Direct messages" side="right">
        <Link
          href="/directs"
          className="rail-item rail-home"
          aria-label={['Direct messages', ...news.filter(Boolean)].join(', ')}
          aria-current={isHome ? 'page' : undefined}
        >
          <span className="pill" />
          <span className="rail-tile">
            <MessageCircle size={22} />
          </span>
          {waiting > 0 && <span className="badge">{waiting > 99 ? '99+' : waiting}</span>}
        </Link>
      </Tip>
      <hr className="rail-line" />
      <ul className="rail-list">
        {order.map(id => (
          <li key={id}>
            <RailGuild id={id} isCurrent={id === guild} />
          </li>
        ))}
      </ul>
      <Tip text="Add a guild" side="right">
        <button
          type="button"
          className="rail-item rail-add"
          aria-label="Add a guild"
          onClick={() => show.dialog({ name: 'add-guild' })}
        >
          <span className="rail-tile">
            <Plus size={22} />
          </span>
        </button>
      </Tip>
      <ServerLink />
    </nav>
  );
}

/** The way to what only operators and moderators see. */
function ServerLink() {
  const isStaff = useStore(
    ({ session }) =>
      session.phase === 'signed_in' && session.me.role !== 'member' && session.me.role !== undefined,
  );
  if (!isStaff) return null;
  return (
    <Tip text="Run this server" side="right">
      <Link href="/operator" className="rail-item rail-add rail-server" aria-label="Run this server">
        <span className="rail-tile">
          <ShieldCheck size={22} />
        </span>
      </Link>
    </Tip>
  );
}

function RailGuild({ id, isCurrent }: { id: string; isCurrent: boolean }) {
  const guild = useStore(state => state.guilds[id]);
  const isUnread = useStore(state => guildHasUnread(state, id));
  if (!guild) return null;
  return (
    <Tip text={guild.name} side="right">
      <Link
        href={`/channels/${id}`}
        className="rail-item"
        data-unread={isUnread || undefined}
        aria-label={isUnread ? `${guild.name}, unread messages` : guild.name}
        aria-current={isCurrent ? 'page' : undefined}
      >
        <span className="pill" />
        <GuildIcon id={id} name={guild.name} icon={guild.icon} />
      </Link>
    </Tip>
  );
}
