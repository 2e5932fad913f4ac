import { Ban, Check, MessageCircle, MoreVertical, UserMinus, UserRound, X } from 'lucide-react';
import { useRef } from 'react';
import { useLocation } from 'wouter';
import { problemOf } from '../../api/problem';
import { Avatar, UserName } from '../avatar';
import { Button, IconButton } from '../button';
import { useEngine, useStore, useSubmit, useUser } from '../hooks';
import { Menu, MenuItem, MenuLine } from '../menu';
import { SEEN_NAMES, useSeen } from '../presence';
import { StatusLine, useStatus } from '../status';
import { show } from '../view';

/** A friend or a request, with what can be done about it. */
export function FriendRow({ user }: { user: string }) {
  const person = useUser(user);
  const face = useRef<HTMLButtonElement>(null);
  const state = useStore(({ friends }) => friends?.[user]?.state);
  const seen = useSeen(user);
  const status = useStatus(person);
  const showProfile = () => face.current && show.profile(user, face.current);
  return (
    <li className="friend">
      <button type="button" className="friend-who" ref={face} onClick={showProfile}>
        <Avatar user={user} size={40} presence={state === 'friend'} />
        <span className="friend-text">
          <span className="friend-name">
            <strong>
              <UserName user={user} />
            </strong>
            {person && <small>@{person.handle}</small>}
          </span>
          {state === 'friend' && status ? (
            <StatusLine person={person} />
          ) : (
            <small>{state === 'friend' ? SEEN_NAMES[seen] : requestOf(state)}</small>
          )}
        </span>
      </button>
      <span className="friend-tools">
        {state === 'friend' ? <FriendTools user={user} onProfile={showProfile} /> : <Answer user={user} />}
      </span>
    </li>
  );
}

const requestOf = (state: string | undefined): string =>
  state === 'incoming' ? 'Wants to be your friend' : 'Hasn’t answered yet';

function FriendTools({ user, onProfile }: { user: string; onProfile(): void }) {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const name = useUser(user)?.display_name ?? '';
  const { busy, submit } = useSubmit(async () => {
    try {
      const channel = await engine.calls.signed.openDirect(user);
      engine.adopt(channel);
      navigate(`/directs/${channel.id}`);
    } catch (error) {
      show.toast(problemOf(error).detail, 'bad');
    }
  });
  const more = (
    <button type="button" className="icon-button" aria-label={`More about ${name}`}>
      <MoreVertical size={19} />
    </button>
  );
  return (
    <>
      <IconButton label={`Message ${name}`} disabled={busy} onClick={() => void submit()}>
        <MessageCircle size={19} />
      </IconButton>
      <Menu trigger={more} align="end">
        <MenuItem icon={<UserRound size={16} />} onSelect={onProfile}>
          Profile
        </MenuItem>
        <MenuLine />
        <MenuItem
          danger
          icon={<UserMinus size={16} />}
          onSelect={() => show.dialog({ name: 'remove-friend', user })}
        >
          Remove friend
        </MenuItem>
        <MenuItem danger icon={<Ban size={16} />} onSelect={() => show.dialog({ name: 'block', user })}>
          Block
        </MenuItem>
      </Menu>
    </>
  );
}

/** What can be done about a request. */
function Answer({ user }: { user: string }) {
  const engine = useEngine();
  const name = useUser(user)?.display_name ?? '';
  const isIncoming = useStore(({ friends }) => friends?.[user]?.state === 'incoming');
  const { busy, submit } = useSubmit(async (isYes: boolean) => {
    try {
      await (isYes ? engine.friends.befriend(user) : engine.friends.unfriend(user));
    } catch (error) {
      show.toast(problemOf(error).detail, 'bad');
    }
  });
  return (
    <>
      {isIncoming && (
        <IconButton
          label={`Accept ${name}`}
          className="friend-yes"
          disabled={busy}
          onClick={() => void submit(true)}
        >
          <Check size={20} />
        </IconButton>
      )}
      <IconButton
        label={isIncoming ? `Decline ${name}` : `Take back the request to ${name}`}
        className="friend-no"
        disabled={busy}
        onClick={() => void submit(false)}
      >
        <X size={20} />
      </IconButton>
    </>
  );
}

/** Somebody who is blocked. */
export function BlockedRow({ user }: { user: string }) {
  const engine = useEngine();
  const person = useUser(user);
  const { busy, submit } = useSubmit(async () => {
    try {
      await engine.blocks.unblock(user);
    } catch (error) {
      show.toast(problemOf(error).detail, 'bad');
    }
  });
  return (
    <li className="friend">
      <button type="button" className="friend-who" onClick={event => show.profile(user, event.currentTarget)}>
        <Avatar user={user} size={40} />
        <span className="friend-text">
          <span className="friend-name">
            <strong>
              <UserName user={user} />
            </strong>
            {person && <small>@{person.handle}</small>}
          </span>
          <small>Blocked</small>
        </span>
      </button>
      <span className="friend-tools">
        <Button tone="quiet" size="small" busy={busy} onClick={() => void submit()}>
          Unblock<span className="visually-hidden"> {person?.display_name}</span>
        </Button>
      </span>
    </li>
  );
}
