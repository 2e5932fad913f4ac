import {
  Clock,
  Flag,
  Gavel,
  Hash,
  Home,
  Link2,
  LogOut,
  type LucideIcon,
  PencilLine,
  ScrollText,
  Shield,
  ShieldCheck,
  Undo2,
} from 'lucide-react';
import { useState } from 'react';
import type { AuditEntry, Changed, GuildAct } from '../../api/types';
import { EXPLAINED, type Explained, has, OF_CHANNELS } from '../../lib/permissions';
import { fullTime, stamp } from '../../lib/time';
import { Loading, More, Nothing, Pick, usePages } from '../../operator/parts';
import { UserName } from '../avatar';
import { useEngine, useStore } from '../hooks';

/** For each act: its icon, its name in the filter, and what is said between who did it and on what. */
const acts: Record<GuildAct, [LucideIcon, string, string]> = {
  member_banned: [Gavel, 'Bans', 'banned'],
  member_unbanned: [Undo2, 'Bans lifted', 'lifted the ban of'],
  member_kicked: [LogOut, 'Kicks', 'kicked'],
  member_timed_out: [Clock, 'Time-outs', 'timed out'],
  time_out_ended: [Clock, 'Time-outs ended', 'ended the time-out of'],
  nickname_changed: [PencilLine, 'Nicknames', 'changed the nickname of'],
  role_given: [ShieldCheck, 'Roles given', 'gave a role to'],
  role_taken: [ShieldCheck, 'Roles taken', 'took a role from'],
  role_created: [Shield, 'Roles created', 'created the role'],
  role_edited: [Shield, 'Roles edited', 'edited the role'],
  role_deleted: [Shield, 'Roles deleted', 'deleted the role'],
  roles_ordered: [Shield, 'Order of roles', 'put the roles in another order'],
  channel_created: [Hash, 'Channels created', 'created the channel'],
  channel_edited: [Hash, 'Channels edited', 'edited the channel'],
  channel_deleted: [Hash, 'Channels deleted', 'deleted the channel'],
  overwrite_changed: [Hash, 'Channels’ permissions', 'changed who may do what in'],
  invite_created: [Link2, 'Invites created', 'created an invite'],
  invite_revoked: [Link2, 'Invites revoked', 'revoked an invite'],
  report_taken: [Flag, 'Reports taken', 'took a report about'],
  report_closed: [Flag, 'Reports closed', 'closed a report about'],
  report_reopened: [Flag, 'Reports opened again', 'opened a report again about'],
  guild_edited: [Home, 'Guild edited', 'renamed the guild'],
  icon_changed: [Home, 'Icons', 'changed the guild’s icon'],
};
const filters: [GuildAct | '', string][] = [
  ['', 'Everything'],
  ...(Object.keys(acts) as GuildAct[]).map((act): [GuildAct, string] => [act, acts[act][1]]),
];
const nobody: never[] = [];

/** What was done in the guild, by whom and why, the newest first. */
export function AuditLogSettings({ guild }: { guild: string }) {
  const engine = useEngine();
  const [act, setAct] = useState<GuildAct | ''>('');
  const [by, setBy] = useState('');
  const members = useStore(state => state.members[guild]?.items) ?? nobody;
  const users = useStore(state => state.users);
  const pages = usePages(`${guild} ${act} ${by}`, after =>
    engine.calls.signed.auditLog(guild, { ...(act && { act }), ...(by && { by }), ...(after && { after }) }),
  );
  const people = members.map(({ user }): [string, string] => [user, users[user]?.display_name ?? user]);
  return (
    <section className="settings-part">
      <h3>Audit log</h3>
      <p>What was done here, the newest first.</p>
      <div className="audit-filters">
        <Pick label="Show" value={act} options={filters} onChange={setAct} />
        <Pick label="By" value={by} options={[['', 'Everybody'], ...people]} onChange={setBy} />
      </div>
      {pages.items === null && !pages.problem && <Loading rows={4} />}
      {pages.items?.length === 0 && (
        <Nothing icon={<ScrollText size={30} />} title="Nothing here" text="Acts show here as they happen." />
      )}
      <ul className="audit" aria-label="Acts">
        {pages.items?.map(entry => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ul>
      <More pages={pages} />
    </section>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const [Icon, , verb] = acts[entry.act];
  const role = useStore(state => state.roles[entry.guild]?.find(({ id }) => id === entry.role)?.name);
  return (
    <li className="audit-entry">
      <span className="session-icon">
        <Icon size={18} aria-hidden="true" />
      </span>
      <div>
        <p>
          <strong>
            <UserName user={entry.by} />
          </strong>{' '}
          {verb} <Subject entry={entry} />
          {entry.user && (
            <>
              {' '}
              for <UserName user={entry.user} />
            </>
          )}
          {role && `: ${role}`}
        </p>
        {entry.differences?.map(difference => (
          <Difference key={difference.what} difference={difference} />
        ))}
        {entry.reason && <q>{entry.reason}</q>}
      </div>
      <small title={fullTime(entry.at)}>{stamp(entry.at)}</small>
    </li>
  );
}

function Subject({ entry: { guild, subject, differences } }: { entry: AuditEntry }) {
  const channel = useStore(state =>
    'channel' in subject ? state.channels[subject.channel]?.name : undefined,
  );
  const role = useStore(state =>
    'role' in subject ? state.roles[guild]?.find(({ id }) => id === subject.role)?.name : undefined,
  );
  if ('guild' in subject) return null;
  if ('user' in subject) {
    return (
      <strong>
        <UserName user={subject.user} />
      </strong>
    );
  }
  const name = differences?.find(({ what }) => what === 'name');
  const known = channel ?? role ?? name?.before ?? name?.after ?? 'that is gone';
  return <strong>{'channel' in subject ? `#${known}` : known}</strong>;
}

/** What a value was and is, in words. */
function Difference({ difference: { what, before, after } }: { difference: Changed }) {
  if (what === 'permissions' || what === 'allow' || what === 'deny') {
    const [was, is] = [Number(before ?? 0), Number(after ?? 0)];
    const names = (from: number, to: number) =>
      labels.filter(({ name }) => has(to, name) && !has(from, name)).map(({ label }) => label);
    const [more, less] = [names(was, is), names(is, was)];
    const word = what === 'permissions' ? '' : what === 'allow' ? 'allowed ' : 'denied ';
    return (
      <small>
        {more.length > 0 && `${word}+ ${more.join(', ')} `}
        {less.length > 0 && `${word}− ${less.join(', ')}`}
      </small>
    );
  }
  if (what === 'until') return after ? <small>until {fullTime(after)}</small> : null;
  if (before == null || after == null)
    return what === 'name' ? null : <small>{`${what}: ${after ?? before}`}</small>;
  return <small>{`${what}: ${before} → ${after}`}</small>;
}

const labels: readonly Explained[] = [
  ...EXPLAINED,
  ...OF_CHANNELS.filter(({ name }) => !EXPLAINED.some(other => other.name === name)),
];
