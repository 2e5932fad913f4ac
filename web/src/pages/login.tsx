import { type FormEvent, useEffect, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { SecondFactorNeeded } from '../api/types';
import { Button } from '../ui/button';
import { Field, FormProblem, PasswordField, problemAt } from '../ui/field';
import { useEngine, useStore, useSubmit } from '../ui/hooks';
import { ProviderLinks } from '../ui/providers';
import { Unverified } from './check-mail';
import { Frame } from './frame';
import { keepNext, nextPath } from './next';
import { PasskeyLogin } from './passkey-login';
import { emailError } from './rules';
import { SecondFactorStep } from './second-factor';

export function LoginPage() {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const next = nextPath(useSearch());
  const wasExpired = useStore(({ session }) => session.phase === 'signed_out' && session.expired);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [needed, setNeeded] = useState<SecondFactorNeeded | null>(null);
  const { busy, problem, submit, clear } = useSubmit(async () => {
    const needed = await engine.logIn({ email: email.trim(), password });
    if (needed) setNeeded(needed);
    else navigate(next, { replace: true });
  });
  useFirstRun();
  const isValid = !emailError(email) && password !== '';
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isValid) void submit();
  };
  if (needed) {
    return (
      <SecondFactorStep
        challenge={needed.challenge}
        onDone={() => navigate(next, { replace: true })}
        onBack={() => setNeeded(null)}
      />
    );
  }
  return (
    <Frame
      title="Welcome back"
      lead={wasExpired ? 'Your session has ended. Log in again to go on.' : 'Log in to your community.'}
      below={
        <>
          New here? <Link href={`/register${keepNext(next)}`}>Create an account</Link>
        </>
      }
    >
      <form onSubmit={onSubmit} noValidate>
        {problem?.code === 'email_unverified' ? (
          <Unverified email={email.trim()} text={problem.detail} />
        ) : (
          <FormProblem problem={problem} fields={['email', 'password']} />
        )}
        <Field
          label="E-mail"
          type="email"
          autoComplete="username webauthn"
          autoFocus
          value={email}
          onChange={value => {
            setEmail(value);
            clear();
          }}
          error={emailError(email)}
          refusal={problem?.code === 'email_unverified' ? null : problemAt(problem, 'email')}
        />
        <PasswordField
          label="Password"
          autoComplete="current-password"
          value={password}
          onChange={value => {
            setPassword(value);
            clear();
          }}
          refusal={problemAt(problem, 'password')}
        />
        <p className="form-aside">
          <Link href="/forgot-password">Forgot your password?</Link>
        </p>
        <Button type="submit" wide busy={busy} disabled={!isValid}>
          Log in
        </Button>
      </form>
      <PasskeyLogin onDone={() => navigate(next, { replace: true })} />
      <ProviderLinks next={next} />
    </Frame>
  );
}

/** A server without its first account has nobody to log in: go to the wizard instead. */
function useFirstRun(): void {
  const engine = useEngine();
  const [, navigate] = useLocation();
  useEffect(() => {
    engine.calls.anonymous
      .setup()
      .then(({ set_up }) => set_up || navigate('/setup', { replace: true }))
      .catch(() => undefined);
  }, [engine, navigate]);
}
