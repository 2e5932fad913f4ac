import { type FormEvent, type ReactNode, useState } from 'react';
import type { Problem } from '../api/types';
import { Button } from '../ui/button';
import { Dialog, DialogActions } from '../ui/dialog';
import { Field, FormProblem, problemAt } from '../ui/field';
import { useSubmit } from '../ui/hooks';

interface Props {
  title: string;
  description: ReactNode;
  /** What the button says. */
  action: string;
  tone?: 'primary' | 'danger';
  /** Whether a reason is asked for, and whether it must be given. */
  reason?: 'optional' | 'needed';
  reasonHint?: string;
  /** What else is asked, given the problem that came back. */
  children?: (problem: Problem | null) => ReactNode;
  run(reason: string): Promise<void>;
  onClose(): void;
}

/** Asks before something is done to an account, and why it is done. */
export function Confirm({
  title,
  description,
  action,
  tone = 'danger',
  reason,
  reasonHint,
  children,
  run,
  onClose,
}: Props) {
  const [text, setText] = useState('');
  const { busy, problem, submit, clear } = useSubmit(async () => {
    await run(text.trim());
    onClose();
  });
  const canSend = reason !== 'needed' || text.trim() !== '';
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (canSend) void submit();
  };
  return (
    <Dialog title={title} description={description} size="medium" onClose={onClose}>
      <form onSubmit={send} noValidate>
        <FormProblem problem={problem} fields={['reason', 'until']} />
        {reason && (
          <Field
            label={reason === 'needed' ? 'Reason' : 'Reason (optional)'}
            value={text}
            onChange={value => {
              setText(value);
              clear();
            }}
            maxLength={500}
            refusal={problemAt(problem, 'reason')}
            hint={reasonHint}
            autoFocus
          />
        )}
        {children?.(problem)}
        <DialogActions>
          <Button tone="plain" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" tone={tone} busy={busy} disabled={!canSend}>
            {action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
