import { ChevronDown, Hash, Lock, LogOut, Plus, Settings, Trash2, UserPlus } from 'lucide-react';
import { Link } from 'wouter';
import type { Channel } from '../../api/types';
import { IconButton } from '../button';
import { useMe, useStore } from '../hooks';
import { Menu, MenuItem, MenuLine } from '../menu';
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
  const isOwner = useMe() === guild?.owner;
  if (!guild) return null;
  return (
    <>
      <GuildMenu id={id} name={guild.name} isOwner={isOwner} />
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
          {isOwner && (
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
            <ChannelRow
              key={channel.id}
              channel={channel}
              isCurrent={channel.id === current}
              canEdit={isOwner}
            />
          ))}
        </ul>
      </div>
    </>
  );
}

function GuildMenu({ id, name, isOwner }: { id: string; name: string; isOwner: boolean }) {
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
      {isOwner ? (
        <>
          <MenuItem icon={<Plus size={16} />} onSelect={() => show.dialog({ name: 'channel', guild: id })}>
            Create channel
          </MenuItem>
          <MenuLine />
          <MenuItem
            icon={<Settings size={16} />}
            onSelect={() => show.dialog({ name: 'guild-settings', guild: id })}
          >
            Guild settings
          </MenuItem>
        </>
      ) : (
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
  canEdit: boolean;
}

function ChannelRow({ channel, isCurrent, canEdit }: RowProps) {
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
      {canEdit && <ChannelMenu channel={channel} />}
    </li>
  );
}

function ChannelMenu({ channel }: { channel: Channel }) {
  const guild = channel.guild ?? '';
  const trigger = (
    <button type="button" className="icon-button side-more" aria-label={`Settings of ${channel.name}`}>
      <Settings size={15} />
    </button>
  );
  return (
    <Menu trigger={trigger}>
      <MenuItem
        icon={<Settings size={16} />}
        onSelect={() => show.dialog({ name: 'channel', guild, channel: channel.id })}
      >
        Edit channel
      </MenuItem>
      <MenuLine />
      <MenuItem
        danger
        icon={<Trash2 size={16} />}
        onSelect={() => show.dialog({ name: 'delete-channel', channel: channel.id })}
      >
        Delete channel
      </MenuItem>
    </Menu>
  );
}
