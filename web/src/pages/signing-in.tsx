import { Link2Off } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { problemOf } from '../api/problem';
import type { AuthAnswer, Problem } from '../api/types';
import { useEngine, useStore } from '../ui/hooks';
import { show } from '../ui/view';
import { CheckMail } from './check-mail';
import { Frame } from './frame';
import { Splash } from './splash';

type Step = { name: 'asking' } | { name: 'mailed'; email: string } | { name: 'refused'; problem: Problem };

/** `/signing-in#…`: back from a provider, with what it sent along. */
export function SigningInPage() {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const isSignedIn = useStore(({ session }) => session.phase === 'signed_in');
  const [sent] = useState(() => new URLSearchParams(location.hash.slice(1)));
  const [step, setStep] = useState<Step>(() => begin(sent));
  const asked = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was sent is good once, and is asked for once
  useEffect(() => {
    // It is of no use to anyone, but neither is it anyone's business.
    if (location.hash) history.replaceState(history.state, '', location.pathname);
    if (asked.current || step.name !== 'asking') return;
    asked.current = true;
    engine.session.finishAuth(answer(sent)).then(
      done => {
        if ('email' in done) return setStep({ name: 'mailed', email: done.email });
        navigate(done.next, { replace: true });
        if ('purpose' in done) {
          const { title } = done.identity;
          show.toast(done.purpose === 'link' ? `${title} is linked` : `Proven by ${title}: go on`);
          show.dialog({ name: 'settings', tab: 'security' });
        }
      },
      (error: unknown) => setStep({ name: 'refused', problem: problemOf(error) }),
    );
  }, []);
  switch (step.name) {
    case 'asking':
      return <Splash />;
    case 'mailed':
      return <CheckMail email={step.email} next="/" />;
    case 'refused':
      return <Refused problem={step.problem} isSignedIn={isSignedIn} />;
  }
}

function Refused({ problem, isSignedIn }: { problem: Problem; isSignedIn: boolean }) {
  const goOn = isSignedIn ? (
    <Link href="/">Go to your guilds</Link>
  ) : (
    <Link href="/login">Back to log in</Link>
  );
  return (
    <Frame
      above={
        <span className="big-icon">
          <Link2Off size={32} aria-hidden="true" />
        </span>
      }
      title={titleOf(problem)}
      lead={problem.detail}
      below={goOn}
    >
      {null}
    </Frame>
  );
}

function titleOf({ code }: Problem): string {
  switch (code) {
    case 'auth_denied':
      return 'It wasn’t allowed';
    case 'auth_elsewhere':
      return 'Begun in another browser';
    case 'auth_used':
    case 'auth_unknown':
    case 'auth_expired':
      return 'This sign-in is over';
    case 'identity_email_taken':
      return 'You have an account already';
    case 'identity_taken':
      return 'Linked to another account';
    case 'identity_foreign':
      return 'That is somebody else';
    case 'identity_without_email':
      return 'There is no e-mail address';
    case 'email_unverified':
      return 'Confirm your address first';
    case 'registration_closed':
      return 'No new accounts';
    case 'invite_needed':
    case 'invite_unknown':
    case 'invite_used_up':
      return 'An invitation is needed';
    case 'email_domain_refused':
      return 'This address isn’t taken here';
    case 'suspended':
      return 'Your account is suspended';
    case 'provider_unavailable':
      return 'The provider is away';
    case 'provider_unusable':
    case 'provider_unknown':
      return 'This way in isn’t set up';
    case 'provider_refused':
      return 'The provider said no';
    default:
      return code.startsWith('id_token_') ? 'This can’t be trusted' : 'That didn’t work';
  }
}

/** What the address says alone is shown in our own words: else anybody's words could be shown here. */
function begin(sent: URLSearchParams): Step {
  const code = sent.get('problem');
  if (code === null && sent.get('state') !== null) return { name: 'asking' };
  const detail =
    {
      provider_unavailable: 'It can’t be reached at this moment: try again, or sign in another way.',
      provider_unusable: 'Tell who runs this server, and sign in another way.',
      provider_unknown: 'This server knows no such provider: choose one of those on the page to log in.',
      too_many_attempts: 'There were too many attempts from here: try again in some minutes.',
    }[code ?? ''] ?? 'A part of the address is missing: begin again.';
  const problem = {
    type: 'urn:guildhall:problem:client',
    title: '',
    status: 400,
    code: code ?? 'client',
    detail,
  };
  return { name: 'refused', problem };
}

function answer(sent: URLSearchParams): AuthAnswer {
  const said = (name: string) => sent.get(name) ?? undefined;
  return {
    provider: said('provider') ?? '',
    state: said('state') ?? '',
    code: said('code'),
    error: said('error'),
    iss: said('iss'),
  };
}
