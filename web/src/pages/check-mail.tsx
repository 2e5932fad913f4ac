import { MailCheck } from 'lucide-react';
import { Link } from 'wouter';
import { Button } from '../ui/button';
import { FormProblem } from '../ui/field';
import { useEngine, useSubmit } from '../ui/hooks';
import { show } from '../ui/view';
import { Frame } from './frame';
import { keepNext } from './next';

/** After registering, where addresses must be proven: the rest is in a mail. */
export function CheckMail({ email, next }: { email: string; next: string }) {
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
          We have written to <strong>{email}</strong>. Follow the link in that mail, then log in.
        </>
      }
      below={
        <>
          Confirmed it? <Link href={`/login${keepNext(next)}`}>Log in</Link>
        </>
      }
    >
      <SendAgain email={email} />
    </Frame>
  );
}

/** At log-in: the password is right, but the address isn't proven yet. */
export function Unverified({ email, text }: { email: string; text: string }) {
  return (
    <div className="form-note" role="alert">
      <p>{text}</p>
      <SendAgain email={email} />
    </div>
  );
}

/** Asks for the mail with the link again. */
export function SendAgain({ email }: { email: string }) {
  const engine = useEngine();
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.calls.anonymous.resendVerification(email);
    show.toast('The mail is on its way again');
  });
  return (
    <>
      <FormProblem problem={problem} />
      <Button tone="quiet" wide busy={busy} onClick={() => void submit()}>
        Send the mail again
      </Button>
    </>
  );
}
