import { Plus, Search, Users } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { commandKey } from '../../lib/shortcuts';
import { Avatar, UserName } from '../avatar';
import { IconButton } from '../button';
import { useMe, usePresenceOf, useStore, useUser } from '../hooks';
import { directsInOrder, friendsIn, otherIn, unreadOf } from '../selectors';
import { StatusLine } from '../status';
import { show } from '../view';

/** The caller's directs, the liveliest first. */
export function DirectList({ channel: current }: { channel: string | undefined }) {
  const directs = useStore(directsInOrder);
  const channels = useStore(state => state.channels);
  const me = useMe();
  usePresenceOf(directs.map(id => channels[id]).flatMap(channel => (channel ? [otherIn(channel, me)] : [])));
  return (
    <>
      <div className="find-place">
        <button type="button" className="find" onClick={() => show.dialog({ name: 'switcher' })}>
          <Search size={15} aria-hidden="true" />
          <span>Find or start a conversation</span>
          <kbd>{commandKey} K</kbd>
        </button>
      </div>
      <div className="sidebar-scroll">
        <FriendsRow isCurrent={current === undefined} />
        <div className="side-head">
          <h2>Direct messages</h2>
          <IconButton
            label="New direct message"
            className="side-add"
            onClick={() => show.dialog({ name: 'new-direct' })}
          >
            <Plus size={16} />
          </IconButton>
        </div>
        {directs.length === 0 && (
          <p className="side-empty">
            Nothing here yet. Choose a friend or someone in a guild, then “Message”.
          </p>
        )}
        <ul>
          {directs.map(id => (
            <DirectRow key={id} id={id} isCurrent={id === current} />
          ))}
        </ul>
      </div>
    </>
  );
}

/** The way to the friends, and how many ask to be one. */
function FriendsRow({ isCurrent }: { isCurrent: boolean }) {
  const requests = useStore(state => friendsIn(state).incoming.length);
  const [path] = useLocation();
  return (
    <Link
      href="/directs"
      className="side-row side-person"
      data-unread={requests > 0 || undefined}
      aria-current={isCurrent && path === '/directs' ? 'page' : undefined}
      onClick={() => show.nav(false)}
    >
      <span className="side-symbol">
        <Users size={20} aria-hidden="true" />
      </span>
      <span className="side-name">Friends</span>
      {requests > 0 && (
        <span className="count">
          {requests > 99 ? '99+' : requests}
          <span className="visually-hidden"> {requests === 1 ? 'request' : 'requests'}</span>
        </span>
      )}
    </Link>
  );
}

function DirectRow({ id, isCurrent }: { id: string; isCurrent: boolean }) {
  const me = useMe();
  const other = useStore(state => {
    const channel = state.channels[id];
    return channel ? otherIn(channel, me) : '';
  });
  const person = useUser(other);
  const unread = useStore(state => unreadOf(state, id));
  return (
    <li className="side-item">
      <Link
        href={`/directs/${id}`}
        className="side-row side-person"
        data-unread={unread > 0 || undefined}
        aria-current={isCurrent ? 'page' : undefined}
        onClick={() => show.nav(false)}
      >
        <Avatar user={other} size={32} presence />
        <span className="side-name">
          <UserName user={other} />
          <StatusLine person={person} />
        </span>
        {unread > 0 && !isCurrent && (
          <span className="count">
            {unread > 99 ? '99+' : unread}
            <span className="visually-hidden"> unread</span>
          </span>
        )}
      </Link>
    </li>
  );
}
