import { type FormEvent, useState } from 'react';
import { Button } from '../button';
import { Dialog, DialogActions } from '../dialog';
import { AreaField, FormProblem, problemAt } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';
import { nameIn } from '../roles/standing';
import { show } from '../view';

const REASON_MAX = 500;

interface Props {
  guild: string;
  user: string;
  channel?: string;
  message?: string;
}

/** Tells a guild's moderators of a person, or of what they said. */
export function ReportDialog({ guild, user, channel, message }: Props) {
  const engine = useEngine();
  const name = useStore(state => nameIn(state, guild, user)) || 'this person';
  const [reason, setReason] = useState('');
  const { busy, problem, submit } = useSubmit(async () => {
    const place = channel && message ? { channel, message } : {};
    await engine.calls.signed.fileReport(guild, { user, reason, ...place });
    show.noDialog();
    show.toast('The moderators will look at it');
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim()) void submit();
  };
  return (
    <Dialog
      title={message ? `Report what ${name} said?` : `Report ${name}?`}
      description="It goes to this guild’s moderators. Whom it is about isn’t told."
    >
      <form onSubmit={onSubmit} noValidate>
        <FormProblem problem={problem} fields={['reason']} />
        <AreaField
          label="What is wrong?"
          value={reason}
          onChange={setReason}
          refusal={problemAt(problem, 'reason')}
          max={REASON_MAX}
        />
        <DialogActions>
          <Button tone="plain" onClick={show.noDialog}>
            Cancel
          </Button>
          <Button type="submit" busy={busy} disabled={!reason.trim() || [...reason].length > REASON_MAX}>
            Report
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
