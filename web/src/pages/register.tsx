import { DoorClosed } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useEngine } from '../ui/hooks';
import { ProviderLinks } from '../ui/providers';
import { AccountForm } from './account-form';
import { CheckMail } from './check-mail';
import { Frame } from './frame';
import { keepNext, nextPath } from './next';
import { Splash } from './splash';
import { invitationIn, useTerms } from './terms';

export function RegisterPage() {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const search = useSearch();
  const next = nextPath(search);
  const terms = useTerms();
  const [mailedTo, setMailedTo] = useState<string | null>(null);
  if (mailedTo) return <CheckMail email={mailedTo} next={next} />;
  if (!terms) return <Splash />;
  if (terms.mode === 'closed') return <Closed next={next} />;
  const invitation = invitationIn(search, next);
  return (
    <Frame
      title="Create your account"
      lead={leadOf(terms.invite_needed, invitation !== '')}
      below={
        <>
          Have an account? <Link href={`/login${keepNext(next)}`}>Log in</Link>
        </>
      }
    >
      <AccountForm
        terms={terms}
        invitation={invitation}
        onSubmit={async registration => {
          if ((await engine.register(registration)) === 'mail sent') setMailedTo(registration.email);
          else navigate(next, { replace: true });
        }}
      />
      <ProviderLinks next={next} invitation={invitation} />
    </Frame>
  );
}

function leadOf(isByInvitation: boolean, isInvited: boolean): string {
  if (!isByInvitation) return 'One account for every guild on this server.';
  return isInvited ? 'You are invited. Tell us who you are.' : 'This server is by invitation.';
}

function Closed({ next }: { next: string }) {
  return (
    <Frame
      above={
        <span className="big-icon" aria-hidden="true">
          <DoorClosed size={32} />
        </span>
      }
      title="No new accounts"
      lead="This server takes no new accounts at the moment. Ask who runs it."
      below={
        <>
          Have an account? <Link href={`/login${keepNext(next)}`}>Log in</Link>
        </>
      }
    >
      {null}
    </Frame>
  );
}
