import { problemOf } from '../../api/problem';
import { Button } from '../button';
import { useEngine, useSubmit } from '../hooks';
import { show } from '../view';

/** Stands where one would write to somebody whom one has blocked. */
export function BlockedNotice({ user, name }: { user: string; name: string }) {
  const engine = useEngine();
  const { busy, submit } = useSubmit(async () => {
    try {
      await engine.blocks.unblock(user);
    } catch (error) {
      show.toast(problemOf(error).detail, 'bad');
    }
  });
  return (
    <div className="composer-place">
      <div className="blocked-notice">
        <p>You have blocked {name}: you can’t write to each other.</p>
        <Button tone="quiet" size="small" busy={busy} onClick={() => void submit()}>
          Unblock
        </Button>
      </div>
    </div>
  );
}
