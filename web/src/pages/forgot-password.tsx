import { MailCheck } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../ui/button';
import { Field, FormProblem, problemAt } from '../ui/field';
import { useEngine, useSubmit } from '../ui/hooks';
import { Frame } from './frame';
import { emailError } from './rules';

/** `/forgot-password`: asks for a link to set a new one. */
export function ForgotPasswordPage() {
  const engine = useEngine();
  const [email, setEmail] = useState('');
  const [isSent, setSent] = useState(false);
  const { busy, problem, submit, clear } = useSubmit(async () => {
    await engine.calls.anonymous.askPasswordReset(email.trim());
    setSent(true);
  });
  const isValid = !emailError(email);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isValid) void submit();
  };
  const below = (
    <>
      Remembered it? <Link href="/login">Log in</Link>
    </>
  );
  if (isSent) {
    return (
      <Frame
        above={
          <span className="big-icon">
            <MailCheck size={32} aria-hidden="true" />
          </span>
        }
        title="Check your mail"
        lead={
          <>
            If <strong>{email.trim()}</strong> has an account here, a link to set a new password is on its
            way.
          </>
        }
        below={below}
      >
        {null}
      </Frame>
    );
  }
  return (
    <Frame title="Forgot your password?" lead="We mail you a link to set a new one." below={below}>
      <form onSubmit={onSubmit} noValidate>
        <FormProblem problem={problem} fields={['email']} />
        <Field
          label="E-mail"
          type="email"
          autoComplete="username"
          autoFocus
          value={email}
          onChange={value => {
            setEmail(value);
            clear();
          }}
          error={emailError(email)}
          refusal={problemAt(problem, 'email')}
        />
        <Button type="submit" wide busy={busy} disabled={!isValid}>
          Mail me a link
        </Button>
      </form>
    </Frame>
  );
}
