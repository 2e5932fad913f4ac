import { Hash, Lock, Menu as MenuIcon, Search, Users } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useSearch } from 'wouter';
import type { Channel } from '../../api/types';
import { commandKey } from '../../lib/shortcuts';
import { IconButton } from '../button';
import { Composer } from '../composer/composer';
import { NO_ROOM_FOR_MEMBERS, useEngine, useMe, useMedia, usePresenceOf, useStore } from '../hooks';
import { PresenceDot } from '../presence';
import { useTimedOut } from '../roles/standing';
import { channelName, otherIn } from '../selectors';
import { Tip } from '../tip';
import { changeLook, show, useView } from '../view';
import { BlockedNotice } from './blocked-notice';
import { MessageList } from './message-list';
import { TimedOutNotice } from './timed-out-notice';

/** One channel: its head, what was said, and the composer. */
export function Conversation({ channel }: { channel: Channel }) {
  const engine = useEngine();
  const me = useMe();
  const name = useStore(state => channelName(state, channel, me));
  const other = channel.guild ? '' : otherIn(channel, me);
  const isBlocked = useStore(({ blocks }) => blocks?.[other] === true);
  const end = useStore(({ standings }) => standings[channel.guild ?? '']?.timedOutUntil);
  const isTimedOut = useTimedOut(end);
  const [replyTo, setReplyTo] = useState(() => engine.drafts.read(channel.id).replyTo);
  useLinkedMessage(channel.id);
  const title = channel.guild ? `#${name}` : name;
  useEffect(() => {
    const unread = document.title.match(/^\(\d+\+?\) /)?.[0] ?? '';
    document.title = `${unread}${title} · Guildhall`;
  }, [title]);
  return (
    <main className="conversation" aria-label={title}>
      <ChannelHead channel={channel} name={name} />
      <MessageList channel={channel} name={title} onReply={setReplyTo} />
      {isBlocked ? (
        <BlockedNotice user={other} name={name} />
      ) : isTimedOut && end ? (
        <TimedOutNotice end={end} />
      ) : (
        <Composer
          channel={channel.id}
          name={channel.guild ? `#${name}` : `@${name}`}
          replyTo={replyTo}
          onReply={setReplyTo}
        />
      )}
    </main>
  );
}

/** A link to a message opens its channel there. */
function useLinkedMessage(channel: string): void {
  const engine = useEngine();
  const message = new URLSearchParams(useSearch()).get('message');
  useEffect(() => {
    if (message) engine.jumpTo(channel, message);
  }, [engine, channel, message]);
}

function ChannelHead({ channel, name }: { channel: Channel; name: string }) {
  const me = useMe();
  const other = channel.guild ? '' : otherIn(channel, me);
  const unreadElsewhere = useStore(state =>
    Object.entries(state.heads).some(([id, head]) => id !== channel.id && head.number > head.marker),
  );
  usePresenceOf(other ? [other] : []);
  const Icon = channel.private ? Lock : Hash;
  return (
    <header className="channel-head">
      <IconButton
        label="Open the channel list"
        side="bottom"
        className="nav-button"
        data-unread={unreadElsewhere || undefined}
        onClick={() => show.nav(true)}
      >
        <MenuIcon size={20} />
      </IconButton>
      <span className="channel-icon" aria-hidden="true">
        {channel.guild ? <Icon size={20} /> : <PresenceDot user={other} />}
      </span>
      <h1 className="channel-title">{name}</h1>
      {channel.topic && (
        <Tip text={channel.topic} side="bottom">
          <p className="channel-topic">{channel.topic}</p>
        </Tip>
      )}
      <span className="channel-tools">
        <IconButton
          label="Find a channel or person"
          keys={`${commandKey} K`}
          side="bottom"
          onClick={() => show.dialog({ name: 'switcher' })}
        >
          <Search size={19} />
        </IconButton>
        {channel.guild && <MembersToggle />}
      </span>
    </header>
  );
}

function MembersToggle() {
  const isDrawer = useMedia(NO_ROOM_FOR_MEMBERS);
  const isOpen = useView(view => (isDrawer ? view.membersDrawer : view.look.members));
  const toggle = () => (isDrawer ? show.membersDrawer(!isOpen) : changeLook({ members: !isOpen }));
  return (
    <IconButton
      label={isOpen ? 'Hide members' : 'Show members'}
      side="bottom"
      aria-pressed={isOpen}
      onClick={toggle}
    >
      <Users size={19} />
    </IconButton>
  );
}
