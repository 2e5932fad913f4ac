import { useLocation } from 'wouter';
import { Button } from '../button';
import { Dialog, DialogActions } from '../dialog';
import { FormProblem } from '../field';
import { useEngine, useStore, useSubmit, useUser } from '../hooks';
import { show } from '../view';

export function DeleteChannelDialog({ channel: id }: { channel: string }) {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const channel = useStore(state => state.channels[id]);
  const { busy, problem, submit } = useSubmit(async () => {
    const guild = channel?.guild;
    await engine.calls.signed.deleteChannel(id);
    show.noDialog();
    if (guild && location.pathname.endsWith(id)) navigate(`/channels/${guild}`, { replace: true });
  });
  return (
    <Dialog
      title={`Delete #${channel?.name ?? 'channel'}?`}
      description="Everything that was said in it goes with it. This can’t be undone."
    >
      <FormProblem problem={problem} />
      <DialogActions>
        <Button tone="plain" onClick={show.noDialog}>
          Cancel
        </Button>
        <Button tone="danger" busy={busy} onClick={() => void submit()}>
          Delete channel
        </Button>
      </DialogActions>
    </Dialog>
  );
}

export function LeaveGuildDialog({ guild: id }: { guild: string }) {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const name = useStore(state => state.guilds[id]?.name) ?? 'the guild';
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.calls.signed.leaveGuild(id);
    show.noDialog();
    navigate('/', { replace: true });
    await engine.refetch();
  });
  return (
    <Dialog title={`Leave ${name}?`} description="You need a new invite to come back.">
      <FormProblem problem={problem} />
      <DialogActions>
        <Button tone="plain" onClick={show.noDialog}>
          Stay
        </Button>
        <Button tone="danger" busy={busy} onClick={() => void submit()}>
          Leave guild
        </Button>
      </DialogActions>
    </Dialog>
  );
}

export function RemoveFriendDialog({ user }: { user: string }) {
  const engine = useEngine();
  const name = useUser(user)?.display_name ?? 'this friend';
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.friends.unfriend(user);
    show.noDialog();
  });
  return (
    <Dialog
      title={`Remove ${name} from your friends?`}
      description="They aren’t notified. What you said to each other stays."
    >
      <FormProblem problem={problem} />
      <DialogActions>
        <Button tone="plain" onClick={show.noDialog}>
          Keep
        </Button>
        <Button tone="danger" busy={busy} onClick={() => void submit()}>
          Remove friend
        </Button>
      </DialogActions>
    </Dialog>
  );
}

export function BlockDialog({ user }: { user: string }) {
  const engine = useEngine();
  const name = useUser(user)?.display_name ?? 'this person';
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.blocks.block(user);
    show.noDialog();
    show.toast(`${name} is blocked`);
  });
  return (
    <Dialog
      title={`Block ${name}?`}
      description="You can’t write to each other or be friends, and they don’t see when you are online. In guilds, what they say is folded for you. They aren’t notified."
    >
      <FormProblem problem={problem} />
      <DialogActions>
        <Button tone="plain" onClick={show.noDialog}>
          Cancel
        </Button>
        <Button tone="danger" busy={busy} onClick={() => void submit()}>
          Block
        </Button>
      </DialogActions>
    </Dialog>
  );
}
