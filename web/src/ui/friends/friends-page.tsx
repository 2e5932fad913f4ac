import { Ban, Inbox, Menu as MenuIcon, Moon, UserPlus, Users } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { Button, IconButton } from '../button';
import { usePresenceOf, useStore } from '../hooks';
import { directsUnread, friendsIn } from '../selectors';
import { show } from '../view';
import { AddFriend } from './add-friend';
import { BlockedRow, FriendRow } from './friend-row';

type Tab = 'online' | 'all' | 'pending' | 'blocked' | 'add';

/** Where one is at home: friends, and who may become one. */
export function FriendsPage() {
  const [tab, setTab] = useState<Tab>('online');
  const unread = useStore(directsUnread);
  const { friend, incoming, outgoing } = useStore(friendsIn);
  const isKnown = useStore(state => state.friends !== null);
  useEffect(() => {
    const count = document.title.match(/^\(\d+\+?\) /)?.[0] ?? '';
    document.title = `${count}Friends · Guildhall`;
  }, []);
  const everybody = useMemo(() => [...incoming, ...friend, ...outgoing], [friend, incoming, outgoing]);
  usePresenceOf(everybody);
  return (
    <main className="friends" aria-label="Friends">
      <Tabs.Root className="friends-tabs" value={tab} onValueChange={value => setTab(value as Tab)}>
        <header className="channel-head friends-head">
          <IconButton
            label="Open the channel list"
            side="bottom"
            className="nav-button"
            data-unread={unread > 0 || undefined}
            onClick={() => show.nav(true)}
          >
            <MenuIcon size={20} />
          </IconButton>
          <span className="channel-icon" aria-hidden="true">
            <Users size={20} />
          </span>
          <h1 className="channel-title">Friends</h1>
          <Tabs.List className="friends-list" aria-label="Friends">
            <Tabs.Trigger value="online" className="friends-tab">
              Online
            </Tabs.Trigger>
            <Tabs.Trigger value="all" className="friends-tab">
              All
            </Tabs.Trigger>
            <Tabs.Trigger value="pending" className="friends-tab">
              Pending
              {incoming.length > 0 && <span className="count">{incoming.length}</span>}
            </Tabs.Trigger>
            <Tabs.Trigger value="blocked" className="friends-tab">
              Blocked
            </Tabs.Trigger>
            <Tabs.Trigger value="add" className="friends-tab" data-add="">
              Add friend
            </Tabs.Trigger>
          </Tabs.List>
        </header>
        <Tabs.Content value="online" className="friends-page">
          {isKnown && <Online friends={friend} onAdd={() => setTab('add')} onAll={() => setTab('all')} />}
        </Tabs.Content>
        <Tabs.Content value="all" className="friends-page">
          {isKnown && <All friends={friend} onAdd={() => setTab('add')} />}
        </Tabs.Content>
        <Tabs.Content value="pending" className="friends-page">
          {isKnown && <Pending incoming={incoming} outgoing={outgoing} onAdd={() => setTab('add')} />}
        </Tabs.Content>
        <Tabs.Content value="blocked" className="friends-page">
          <Blocked />
        </Tabs.Content>
        <Tabs.Content value="add" className="friends-page">
          <AddFriend />
        </Tabs.Content>
      </Tabs.Root>
    </main>
  );
}

/** By their names. */
function useSorted(ids: readonly string[]): readonly string[] {
  const users = useStore(state => state.users);
  return useMemo(() => {
    const nameOf = (id: string) => users[id]?.display_name ?? '';
    return ids.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
  }, [ids, users]);
}

function Online({ friends, onAdd, onAll }: { friends: readonly string[]; onAdd(): void; onAll(): void }) {
  const presence = useStore(state => state.presence);
  const sorted = useSorted(friends);
  const online = sorted.filter(id => (presence[id] ?? 'offline') !== 'offline');
  if (friends.length === 0) return <NoFriends onAdd={onAdd} />;
  if (online.length > 0) return <People title="Online" ids={online} />;
  return (
    <Nothing
      icon={<Moon size={34} />}
      title="Nobody is around"
      text="None of your friends is online right now. A message waits for them."
    >
      <Button tone="quiet" onClick={onAll}>
        Show all friends
      </Button>
    </Nothing>
  );
}

function All({ friends, onAdd }: { friends: readonly string[]; onAdd(): void }) {
  const [query, setQuery] = useState('');
  const users = useStore(state => state.users);
  const sorted = useSorted(friends);
  if (friends.length === 0) return <NoFriends onAdd={onAdd} />;
  const wanted = query.trim().replace(/^@/, '').toLowerCase();
  const found = sorted.filter(id => {
    const person = users[id];
    return `${person?.display_name ?? ''} ${person?.handle ?? ''}`.toLowerCase().includes(wanted);
  });
  return (
    <>
      <div className="field-box friends-find">
        <input
          type="search"
          aria-label="Find a friend"
          placeholder="Find a friend"
          value={query}
          onChange={event => setQuery(event.target.value)}
        />
      </div>
      <People title="All friends" ids={found} />
      {found.length === 0 && <p className="friends-none">Nobody of that name.</p>}
    </>
  );
}

interface PendingProps {
  incoming: readonly string[];
  outgoing: readonly string[];
  onAdd(): void;
}

function Pending({ incoming, outgoing, onAdd }: PendingProps) {
  const received = useSorted(incoming);
  const sent = useSorted(outgoing);
  if (received.length + sent.length > 0) {
    return (
      <>
        <People title="Received" ids={received} />
        <People title="Sent" ids={sent} />
      </>
    );
  }
  return (
    <Nothing
      icon={<Inbox size={34} />}
      title="No requests wait"
      text="Friend requests that you get and send are here until they are answered."
    >
      <Button tone="quiet" onClick={onAdd}>
        Add a friend
      </Button>
    </Nothing>
  );
}

function Blocked() {
  const blocks = useStore(state => state.blocks);
  const sorted = useSorted(useMemo(() => Object.keys(blocks ?? {}), [blocks]));
  if (!blocks) return null;
  if (sorted.length > 0) {
    return (
      <section>
        <h2 className="friends-title">
          Blocked <span>{sorted.length}</span>
        </h2>
        <ul>
          {sorted.map(id => (
            <BlockedRow key={id} user={id} />
          ))}
        </ul>
      </section>
    );
  }
  return (
    <Nothing
      icon={<Ban size={34} />}
      title="Nobody is blocked"
      text="Whom you block can’t write to you or ask to be your friend. You block people from their profile."
    />
  );
}

function People({ title, ids }: { title: string; ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <section>
      <h2 className="friends-title">
        {title} <span>{ids.length}</span>
      </h2>
      <ul>
        {ids.map(id => (
          <FriendRow key={id} user={id} />
        ))}
      </ul>
    </section>
  );
}

function NoFriends({ onAdd }: { onAdd(): void }) {
  return (
    <Nothing
      icon={<UserPlus size={34} />}
      title="Friends show here"
      text="Add people whom you like to talk to: by their handle, or from their profile in a guild."
    >
      <Button onClick={onAdd}>Add a friend</Button>
      <Button tone="quiet" onClick={() => show.dialog({ name: 'new-direct' })}>
        New direct message
      </Button>
    </Nothing>
  );
}

interface NothingProps {
  icon: ReactNode;
  title: string;
  text: string;
  children?: ReactNode;
}

function Nothing({ icon, title, text, children }: NothingProps) {
  return (
    <div className="empty-body">
      <span className="empty-icon" aria-hidden="true">
        {icon}
      </span>
      <h2>{title}</h2>
      <p>{text}</p>
      {children && <div className="empty-actions">{children}</div>}
    </div>
  );
}
