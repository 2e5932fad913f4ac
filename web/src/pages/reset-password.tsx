import { CircleCheck, Link2Off } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../ui/button';
import { FormProblem, problemAt } from '../ui/field';
import { useEngine, useSubmit } from '../ui/hooks';
import { Frame } from './frame';
import { useLinkToken } from './link-token';
import { NewPasswordField } from './new-password-field';
import { passwordError } from './rules';
import { titleOf } from './verify';

/** `/reset-password#TOKEN`: the link in a mail that sets a new password. */
export function ResetPasswordPage() {
  const engine = useEngine();
  const token = useLinkToken();
  const [password, setPassword] = useState('');
  const [isDone, setDone] = useState(false);
  const { busy, problem, submit, clear } = useSubmit(async () => {
    await engine.calls.anonymous.resetPassword({ token, password });
    setDone(true);
  });
  const isValid = !passwordError(password);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isValid) void submit();
  };
  if (isDone) {
    return (
      <Frame
        above={
          <span className="big-icon" data-tone="good">
            <CircleCheck size={34} aria-hidden="true" />
          </span>
        }
        title="Password set"
        lead="You were logged out everywhere. Log in with the new password."
      >
        <Link href="/login" className="button" data-tone="primary" data-size="medium" data-wide>
          <span className="button-label">Log in</span>
        </Link>
      </Frame>
    );
  }
  if (problem?.field === 'token') {
    return (
      <Frame
        above={
          <span className="big-icon">
            <Link2Off size={32} aria-hidden="true" />
          </span>
        }
        title={titleOf(problem)}
        lead={problem.detail}
        below={<Link href="/forgot-password">Ask for a new link</Link>}
      >
        {null}
      </Frame>
    );
  }
  return (
    <Frame title="Set a new password" lead="You will be logged out everywhere else.">
      <form onSubmit={onSubmit} noValidate>
        <FormProblem problem={problem} fields={['password']} />
        <NewPasswordField
          label="New password"
          autoFocus
          value={password}
          onChange={value => {
            setPassword(value);
            clear();
          }}
          refusal={problemAt(problem, 'password')}
        />
        <Button type="submit" wide busy={busy} disabled={!isValid}>
          Set password
        </Button>
      </form>
    </Frame>
  );
}
