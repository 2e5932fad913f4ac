import { ChevronDown, Hash, Lock, LogOut, Plus, Settings, Shield, Trash2, UserPlus } from 'lucide-react';
import { Link } from 'wouter';
import type { Channel } from '../../api/types';
import { IconButton } from '../button';
import { useMe, useStore } from '../hooks';
import { Menu, MenuItem, MenuLine } from '../menu';
import { useMay, useMayIn } from '../roles/standing';
import { channelsOf, pathOf, unreadOf } from '../selectors';
import { show } from '../view';

/** A guild's menu and its channels. */
export function GuildSidebar({
  guild: id,
  channel: current,
}: {
  guild: string;
  channel: string | undefined;
}) {
  const guild = useStore(state => state.guilds[id]);
  const channels = useStore(state => channelsOf(state, id));
  const canCreate = useMay(id, 'manageChannels');
  if (!guild) return null;
  return (
    <>
      <GuildMenu id={id} name={guild.name} owner={guild.owner} />
      <div className="sidebar-scroll">
        <button
          type="button"
          className="side-row side-action"
          onClick={() => show.dialog({ name: 'invite', guild: id })}
        >
          <UserPlus size={18} aria-hidden="true" />
          <span className="side-name">Invite people</span>
        </button>
        <div className="side-head">
          <h2>Channels</h2>
          {canCreate && (
            <IconButton
              label="Create channel"
              className="side-add"
              onClick={() => show.dialog({ name: 'channel', guild: id })}
            >
              <Plus size={16} />
            </IconButton>
          )}
        </div>
        <ul>
          {channels.map(channel => (
            <ChannelRow key={channel.id} channel={channel} isCurrent={channel.id === current} />
          ))}
        </ul>
      </div>
    </>
  );
}

function GuildMenu({ id, name, owner }: { id: string; name: string; owner: string }) {
  const isOwner = useMe() === owner;
  const canCreate = useMay(id, 'manageChannels');
  const managesGuild = useMay(id, 'manageGuild');
  const managesRoles = useMay(id, 'manageRoles');
  const bans = useMay(id, 'ban');
  const seesLog = useMay(id, 'viewAuditLog');
  const seesReports = useMay(id, 'manageMessages');
  const trigger = (
    <button type="button" className="guild-head" aria-label={`${name}: guild menu`}>
      <span className="guild-head-name">{name}</span>
      <ChevronDown size={18} aria-hidden="true" />
    </button>
  );
  return (
    <Menu trigger={trigger} align="center">
      <MenuItem icon={<UserPlus size={16} />} onSelect={() => show.dialog({ name: 'invite', guild: id })}>
        Invite people
      </MenuItem>
      {canCreate && (
        <MenuItem icon={<Plus size={16} />} onSelect={() => show.dialog({ name: 'channel', guild: id })}>
          Create channel
        </MenuItem>
      )}
      {(managesGuild || managesRoles || bans || seesLog || seesReports) && (
        <>
          <MenuLine />
          <MenuItem
            icon={<Settings size={16} />}
            onSelect={() => show.dialog({ name: 'guild-settings', guild: id })}
          >
            Guild settings
          </MenuItem>
        </>
      )}
      {!isOwner && (
        <>
          <MenuLine />
          <MenuItem
            danger
            icon={<LogOut size={16} />}
            onSelect={() => show.dialog({ name: 'leave-guild', guild: id })}
          >
            Leave guild
          </MenuItem>
        </>
      )}
    </Menu>
  );
}

interface RowProps {
  channel: Channel;
  isCurrent: boolean;
}

function ChannelRow({ channel, isCurrent }: RowProps) {
  const managesChannel = useMayIn(channel.guild ?? '', channel.id, 'manageChannels');
  const managesRoles = useMayIn(channel.guild ?? '', channel.id, 'manageRoles');
  const unread = useStore(state => unreadOf(state, channel.id));
  const Icon = channel.private ? Lock : Hash;
  return (
    <li className="side-item">
      <Link
        href={pathOf(channel)}
        className="side-row"
        data-unread={unread > 0 || undefined}
        aria-current={isCurrent ? 'page' : undefined}
        onClick={() => show.nav(false)}
      >
        <Icon size={18} aria-hidden="true" />
        <span className="side-name">{channel.name}</span>
        {channel.private && <span className="visually-hidden">private</span>}
        {unread > 0 && !isCurrent && (
          <span className="count">
            {unread > 99 ? '99+' : unread}
            <span className="visually-hidden"> unread</span>
          </span>
        )}
      </Link>
      {(managesChannel || managesRoles) && (
        <ChannelMenu channel={channel} canEdit={managesChannel} canPermit={managesRoles} />
      )}
    </li>
  );
}

interface MenuProps {
  channel: Channel;
  canEdit: boolean;
  canPermit: boolean;
}

function ChannelMenu({ channel, canEdit, canPermit }: MenuProps) {
  const guild = channel.guild ?? '';
  const trigger = (
    <button type="button" className="icon-button side-more" aria-label={`Settings of ${channel.name}`}>
      <Settings size={15} />
    </button>
  );
  return (
    <Menu trigger={trigger}>
      {canEdit && (
        <MenuItem
          icon={<Settings size={16} />}
          onSelect={() => show.dialog({ name: 'channel', guild, channel: channel.id })}
        >
          Edit channel
        </MenuItem>
      )}
      {canPermit && (
        <MenuItem
          icon={<Shield size={16} />}
          onSelect={() => show.dialog({ name: 'channel-permissions', guild, channel: channel.id })}
        >
          Permissions
        </MenuItem>
      )}
      {canEdit && (
        <>
          <MenuLine />
          <MenuItem
            danger
            icon={<Trash2 size={16} />}
            onSelect={() => show.dialog({ name: 'delete-channel', channel: channel.id })}
          >
            Delete channel
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
