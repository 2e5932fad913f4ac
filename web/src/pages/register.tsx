import { Link, useLocation, useSearch } from 'wouter';
import { useEngine } from '../ui/hooks';
import { AccountForm } from './account-form';
import { Frame } from './frame';
import { keepNext, nextPath } from './next';

export function RegisterPage() {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const next = nextPath(useSearch());
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
          await engine.register(registration);
          navigate(next, { replace: true });
        }}
      />
    </Frame>
  );
}
