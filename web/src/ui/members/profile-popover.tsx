import { Flag, MessageCircle, SmilePlus } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../button';
import { FormProblem } from '../field';
import { FriendActions } from '../friends/friend-actions';
import { useEngine, useMe, usePresenceOf, useStore, useSubmit, useUser } from '../hooks';
import { useSeen } from '../presence';
import { memberOf, useShownGuild } from '../roles/standing';
import { show, useView } from '../view';
import { MemberRoles } from './member-roles';
import { ModerateMenu } from './moderate';
import { ProfileCard } from './profile-card';

/** Who someone is, beside whatever was clicked. */
export function ProfilePopover() {
  const profile = useView(view => view.profile);
  const anchor = useMemo(() => ({ current: profile?.anchor ?? null }), [profile]);
  if (!profile) return null;
  return (
    <Popover.Root open onOpenChange={open => !open && show.noProfile()}>
      <Popover.Anchor virtualRef={anchor as { current: Element }} />
      <Popover.Portal>
        <Popover.Content
          className="profile"
          side="right"
          align="start"
          sideOffset={12}
          collisionPadding={12}
          aria-label="Profile"
        >
          <Profile user={profile.user} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Profile({ user }: { user: string }) {
  const engine = useEngine();
  const me = useMe();
  const person = useUser(user);
  const [, navigate] = useLocation();
  const guild = useShownGuild();
  const users = useMemo(() => [user], [user]);
  usePresenceOf(users);
  const seen = useSeen(user);
  const { busy, problem, submit } = useSubmit(async () => {
    const channel = await engine.calls.signed.openDirect(user);
    engine.adopt(channel);
    show.noProfile();
    show.nav(false);
    navigate(`/directs/${channel.id}`);
  });
  const nickname = useStore(state => memberOf(state, guild, user)?.nickname);
  const isBlocked = useStore(({ blocks }) => blocks?.[user] === true);
  if (!person) return <div className="profile-waiting skeleton" />;
  return (
    <ProfileCard person={person} seen={seen} nickname={nickname}>
      {guild && <MemberRoles guild={guild} user={user} />}
      <FormProblem problem={problem} />
      {user === me ? (
        <>
          <Button tone="quiet" wide onClick={() => show.dialog({ name: 'status' })}>
            <SmilePlus size={16} aria-hidden="true" /> {person.status ? 'Change status' : 'Set a status'}
          </Button>
          {guild && <ModerateMenu guild={guild} user={user} />}
          <Button tone="quiet" wide onClick={() => show.dialog({ name: 'settings' })}>
            Edit profile
          </Button>
        </>
      ) : (
        <>
          {!isBlocked && (
            <Button wide busy={busy} onClick={() => void submit()}>
              <MessageCircle size={16} aria-hidden="true" /> Message
            </Button>
          )}
          <FriendActions user={user} />
          {guild && <ModerateMenu guild={guild} user={user} />}
          {guild && (
            <Button tone="plain" wide onClick={() => show.dialog({ name: 'report', guild, user })}>
              <Flag size={16} aria-hidden="true" /> Report
            </Button>
          )}
        </>
      )}
    </ProfileCard>
  );
}
