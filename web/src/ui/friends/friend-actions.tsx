import { Ban, Check, Clock, UserMinus, UserPlus, X } from 'lucide-react';
import { Button } from '../button';
import { FormProblem } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';
import { show } from '../view';

/** What can be done about being friends with somebody, below their profile. */
export function FriendActions({ user }: { user: string }) {
  const engine = useEngine();
  const isKnown = useStore(state => state.friends !== null);
  const state = useStore(({ friends }) => friends?.[user]?.state);
  const isBlocked = useStore(({ blocks }) => blocks?.[user] === true);
  const asking = useSubmit(() => engine.friends.befriend(user));
  const ending = useSubmit(() => engine.friends.unfriend(user));
  const unblocking = useSubmit(() => engine.blocks.unblock(user));
  if (!isKnown) return null;
  if (isBlocked) {
    return (
      <div className="friend-answer">
        <p>You have blocked this person</p>
        <Button
          tone="quiet"
          className="friend-unblock"
          busy={unblocking.busy}
          onClick={() => void unblocking.submit()}
        >
          Unblock
        </Button>
        <FormProblem problem={unblocking.problem} />
      </div>
    );
  }
  return (
    <>
      {state === undefined && (
        <Button tone="quiet" wide busy={asking.busy} onClick={() => void asking.submit()}>
          <UserPlus size={16} aria-hidden="true" /> Add friend
        </Button>
      )}
      {state === 'outgoing' && (
        <Button tone="quiet" wide busy={ending.busy} onClick={() => void ending.submit()}>
          <Clock size={16} aria-hidden="true" /> Take back friend request
        </Button>
      )}
      {state === 'incoming' && (
        <div className="friend-answer">
          <p>Wants to be your friend</p>
          <Button tone="quiet" busy={asking.busy} onClick={() => void asking.submit()}>
            <Check size={16} aria-hidden="true" /> Accept
          </Button>
          <Button tone="quiet" busy={ending.busy} onClick={() => void ending.submit()}>
            <X size={16} aria-hidden="true" /> Decline
          </Button>
        </div>
      )}
      {state === 'friend' && (
        <Button tone="quiet" wide onClick={() => show.dialog({ name: 'remove-friend', user })}>
          <UserMinus size={16} aria-hidden="true" /> Remove friend
        </Button>
      )}
      <Button tone="plain" wide onClick={() => show.dialog({ name: 'block', user })}>
        <Ban size={16} aria-hidden="true" /> Block
      </Button>
      <FormProblem problem={asking.problem ?? ending.problem} />
    </>
  );
}
