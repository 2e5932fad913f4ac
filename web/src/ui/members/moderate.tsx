import { Clock, Gavel, LogOut, PencilLine, Shield } from 'lucide-react';
import { problemOf } from '../../api/problem';
import { Button } from '../button';
import { useEngine, useMe, useStore } from '../hooks';
import { Menu, MenuItem, MenuLine } from '../menu';
import { memberOf, useMay, useRank, useRoles, useTimedOut } from '../roles/standing';
import { show } from '../view';

/** What somebody may do about a member here: oneself, or who stands below. */
export function ModerateMenu({ guild, user }: { guild: string; user: string }) {
  const engine = useEngine();
  const isMe = useMe() === user;
  const member = useStore(state => memberOf(state, guild, user));
  const isOwner = useStore(state => state.guilds[guild]?.owner === user);
  const rank = useRank(guild);
  const roles = useRoles(guild);
  const silent = useTimedOut(member?.timed_out_until);
  const may = {
    ownName: useMay(guild, 'changeNickname'),
    names: useMay(guild, 'manageNicknames'),
    silence: useMay(guild, 'timeOut'),
    kick: useMay(guild, 'kick'),
    ban: useMay(guild, 'ban'),
  };
  const highest = roles.find(({ id }) => member?.roles?.includes(id))?.position ?? 0;
  const isBelow = !isMe && !isOwner && highest < rank.highest;
  const canName = isMe ? may.ownName : isBelow && may.names;
  const canSilence = isBelow && may.silence;
  const canKick = isBelow && may.kick;
  const canBan = isBelow && may.ban;
  if (!member || !(canName || canSilence || canKick || canBan)) return null;
  const name = () => show.dialog({ name: 'nickname', guild, user });
  if (isMe) {
    return (
      <Button tone="quiet" wide onClick={name}>
        <PencilLine size={16} aria-hidden="true" /> Change nickname
      </Button>
    );
  }
  const endTimeOut = async () => {
    try {
      await engine.calls.signed.endTimeOut(guild, user);
      show.toast('The time-out is over');
    } catch (error) {
      show.toast(problemOf(error).detail, 'bad');
    }
  };
  const trigger = (
    <Button tone="quiet" wide>
      <Shield size={16} aria-hidden="true" /> Moderate
    </Button>
  );
  return (
    <Menu trigger={trigger}>
      {canName && (
        <MenuItem icon={<PencilLine size={16} />} onSelect={name}>
          Change nickname
        </MenuItem>
      )}
      {canSilence &&
        (silent ? (
          <MenuItem icon={<Clock size={16} />} onSelect={() => void endTimeOut()}>
            End time-out
          </MenuItem>
        ) : (
          <MenuItem
            icon={<Clock size={16} />}
            onSelect={() => show.dialog({ name: 'time-out', guild, user })}
          >
            Time out…
          </MenuItem>
        ))}
      {(canKick || canBan) && <MenuLine />}
      {canKick && (
        <MenuItem
          danger
          icon={<LogOut size={16} />}
          onSelect={() => show.dialog({ name: 'kick', guild, user })}
        >
          Kick…
        </MenuItem>
      )}
      {canBan && (
        <MenuItem
          danger
          icon={<Gavel size={16} />}
          onSelect={() => show.dialog({ name: 'ban', guild, user })}
        >
          Ban…
        </MenuItem>
      )}
    </Menu>
  );
}
