import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useEngine } from '../ui/hooks';
import { AccountForm } from './account-form';
import { CheckMail } from './check-mail';
import { Frame } from './frame';
import { keepNext, nextPath } from './next';

export function RegisterPage() {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const next = nextPath(useSearch());
  const [mailedTo, setMailedTo] = useState<string | null>(null);
  if (mailedTo) return <CheckMail email={mailedTo} next={next} />;
  return (
    <Frame
      title="Create your account"
      lead="One account for every guild on this server."
      below={
        <>
          Have an account? <Link href={`/login${keepNext(next)}`}>Log in</Link>
        </>
      }
    >
      <AccountForm
        onSubmit={async registration => {
          if ((await engine.register(registration)) === 'mail sent') setMailedTo(registration.email);
          else navigate(next, { replace: true });
        }}
      />
    </Frame>
  );
}
