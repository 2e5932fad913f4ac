import { CircleCheck, Link2Off } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { problemOf } from '../api/problem';
import type { Problem } from '../api/types';
import { useEngine, useStore } from '../ui/hooks';
import { Frame } from './frame';
import { useLinkToken } from './link-token';
import { Splash } from './splash';

type Step = { name: 'asking' } | { name: 'done'; email: string } | { name: 'refused'; problem: Problem };

/** `/verify#TOKEN`: the link in a mail that proves an address. */
export function VerifyPage() {
  const engine = useEngine();
  const token = useLinkToken();
  const isSignedIn = useStore(({ session }) => session.phase === 'signed_in');
  const [step, setStep] = useState<Step>({ name: 'asking' });
  const asked = useRef(false);
  useEffect(() => {
    // A link is good once: React's strict mode must not follow it twice.
    if (asked.current) return;
    asked.current = true;
    engine.calls.anonymous.verifyEmail(token).then(
      ({ email }) => setStep({ name: 'done', email }),
      (error: unknown) => setStep({ name: 'refused', problem: problemOf(error) }),
    );
  }, [engine, token]);
  const goOn = isSignedIn ? <Link href="/">Go to your guilds</Link> : <Link href="/login">Log in</Link>;
  switch (step.name) {
    case 'asking':
      return <Splash />;
    case 'done':
      return (
        <Frame
          above={
            <span className="big-icon" data-tone="good">
              <CircleCheck size={34} aria-hidden="true" />
            </span>
          }
          title="Address confirmed"
          lead={
            <>
              <strong>{step.email}</strong> is the address of your account.
            </>
          }
          below={goOn}
        >
          {null}
        </Frame>
      );
    case 'refused':
      return (
        <Frame
          above={
            <span className="big-icon">
              <Link2Off size={32} aria-hidden="true" />
            </span>
          }
          title={titleOf(step.problem)}
          lead={step.problem.detail}
          below={goOn}
        >
          {null}
        </Frame>
      );
  }
}

/** What is wrong with a link, in a few words. */
export function titleOf({ code }: Problem): string {
  switch (code) {
    case 'link_used':
      return 'This link was used already';
    case 'link_expired':
      return 'This link has expired';
    case 'link_unknown':
      return 'This link doesn’t work here';
    case 'email_taken':
      return 'The address is taken';
    default:
      return 'That didn’t work';
  }
}
