import { Clock, Crown, X } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import type { Member } from '../../api/types';
import { Avatar } from '../avatar';
import { Button, IconButton } from '../button';
import { NO_ROOM_FOR_MEMBERS, useEngine, useMe, useMedia, usePresenceOf, useStore, useUser } from '../hooks';
import { PresenceDot, useSeen } from '../presence';
import { MemberName } from '../roles/role-name';
import { memberOf, useRoles, useShownGuild, useTimedOut } from '../roles/standing';
import { StatusLine } from '../status';
import { show, useView } from '../view';

const nobody: never[] = [];

const userOf = ({ user }: Member): string => user;

/** Who is in the guild: beside the conversation where there is room, else a drawer. */
export function MemberPanel({ guild }: { guild: string }) {
  const isDrawer = useMedia(NO_ROOM_FOR_MEMBERS);
  const isOpen = useView(view => (isDrawer ? view.membersDrawer : view.look.members));
  if (!isOpen) return null;
  return (
    <>
      {isDrawer && (
        <button
          type="button"
          className="members-scrim"
          aria-label="Close the member list"
          onClick={() => show.membersDrawer(false)}
        />
      )}
      <aside className="members" aria-label="Members" data-drawer={isDrawer || undefined}>
        <header className="members-head">
          <h2>Members</h2>
          {isDrawer ? (
            <IconButton label="Close" onClick={() => show.membersDrawer(false)}>
              <X size={18} />
            </IconButton>
          ) : (
            <MemberCount guild={guild} />
          )}
        </header>
        <MemberGroups guild={guild} />
      </aside>
    </>
  );
}

function MemberCount({ guild }: { guild: string }) {
  const count = useStore(state => state.guilds[guild]?.member_count ?? 0);
  return <span className="members-count">{count.toLocaleString()}</span>;
}

function MemberGroups({ guild }: { guild: string }) {
  const engine = useEngine();
  const me = useMe();
  const list = useStore(state => state.members[guild]);
  const owner = useStore(state => state.guilds[guild]?.owner);
  const presence = useStore(state => state.presence);
  const mine = useSeen(me);
  const users = useStore(state => state.users);
  useEffect(() => engine.members.open(guild), [engine, guild]);
  const items = list?.items ?? nobody;
  const ids = useMemo(() => items.map(member => member.user), [items]);
  usePresenceOf(ids);
  const roles = useRoles(guild);
  const { hoisted, online, offline } = useMemo(() => {
    const isOnline = (id: string) => (id === me ? mine : (presence[id] ?? 'offline')) !== 'offline';
    const nameOf = ({ user, nickname }: Member) => nickname || (users[user]?.display_name ?? '');
    const sorted = items.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
    const shown = roles.filter(role => role.hoisted);
    const groupOf = (member: Member) => shown.find(({ id }) => member.roles?.includes(id));
    const here = sorted.filter(({ user }) => isOnline(user));
    return {
      hoisted: shown.map(role => ({
        role,
        ids: here.filter(member => groupOf(member) === role).map(userOf),
      })),
      online: here.filter(member => !groupOf(member)).map(userOf),
      offline: sorted.filter(({ user }) => !isOnline(user)).map(userOf),
    };
  }, [items, roles, presence, users, me, mine]);
  if (!list || (list.phase === 'loading' && items.length === 0)) return <MembersSkeleton />;
  if (list.phase === 'failed') {
    return (
      <div className="members-failed">
        <p>The members can’t be shown.</p>
        <Button tone="quiet" size="small" onClick={() => engine.members.open(guild)}>
          Try again
        </Button>
      </div>
    );
  }
  return (
    <div className="members-scroll">
      {hoisted.map(group => (
        <MemberGroup key={group.role.id} title={group.role.name} ids={group.ids} owner={owner} isOnline />
      ))}
      <MemberGroup title="Online" ids={online} owner={owner} isOnline />
      <MemberGroup title="Offline" ids={offline} owner={owner} />
      {list.next && (
        <Button tone="plain" size="small" wide onClick={() => engine.members.more(guild)}>
          Show more
        </Button>
      )}
    </div>
  );
}

interface GroupProps {
  title: string;
  ids: readonly string[];
  owner: string | undefined;
  isOnline?: boolean;
}

function MemberGroup({ title, ids, owner, isOnline }: GroupProps) {
  const me = useMe();
  if (ids.length === 0) return null;
  return (
    <section>
      <h2 className="members-title">
        {title} <span>{ids.length}</span>
      </h2>
      <ul>
        {ids.map(id => (
          <li key={id}>
            <button
              type="button"
              className="member"
              data-offline={isOnline ? undefined : ''}
              onClick={event => show.profile(id, event.currentTarget)}
            >
              <span className="member-face">
                <Avatar user={id} size={32} />
                <PresenceDot user={id} />
              </span>
              <span className="member-text">
                <span className="member-name">
                  <MemberName user={id} />
                  {id === me && <small>you</small>}
                </span>
                <MemberStatus user={id} />
              </span>
              <SilentMark user={id} />
              {id === owner && (
                <span className="crown" title="Owner of the guild">
                  <Crown size={14} aria-label="Owner" />
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Shows that somebody is timed out, for as long as they are. */
function SilentMark({ user }: { user: string }) {
  const guild = useShownGuild();
  const until = useStore(state => memberOf(state, guild, user)?.timed_out_until);
  if (!useTimedOut(until)) return null;
  return (
    <span className="member-silent" title="Timed out">
      <Clock size={14} aria-label="Timed out" />
    </span>
  );
}

function MemberStatus({ user }: { user: string }) {
  return <StatusLine person={useUser(user)} />;
}

function MembersSkeleton() {
  return (
    <div className="members-scroll" aria-hidden="true">
      {[64, 48, 72, 56, 40, 66].map(width => (
        <div className="member" key={width}>
          <span className="skeleton skeleton-face-small" />
          <span className="skeleton skeleton-text" style={{ width: `${width}%` }} />
        </div>
      ))}
    </div>
  );
}
