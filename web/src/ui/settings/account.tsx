import { type FormEvent, useState } from 'react';
import { emailError } from '../../pages/rules';
import { Button } from '../button';
import { Field, FormProblem, problemAt } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';
import { show } from '../view';
import { Segments } from './preferences';

/** The person's address, and the language of mails. */
export function AccountSettings() {
  return (
    <>
      <EmailPart />
      <LanguagePart />
    </>
  );
}

function EmailPart() {
  const engine = useEngine();
  const me = useStore(({ session }) => (session.phase === 'signed_in' ? session.me : null));
  const [isOpen, setOpen] = useState(false);
  const { busy, problem, submit } = useSubmit(async () => {
    if (me) await engine.calls.signed.resendVerification(me.email);
    show.toast('The mail is on its way');
  });
  if (!me) return null;
  return (
    <section className="settings-part">
      <h3>E-mail</h3>
      <div className="settings-fact">
        {me.email}
        <span className="tag">{me.email_verified ? 'Confirmed' : 'Not confirmed'}</span>
      </div>
      <FormProblem problem={problem} />
      {isOpen ? (
        <EmailForm onDone={() => setOpen(false)} />
      ) : (
        <div className="settings-fact">
          <Button tone="quiet" size="small" onClick={() => setOpen(true)}>
            Change e-mail
          </Button>
          {!me.email_verified && (
            <Button tone="quiet" size="small" busy={busy} onClick={() => void submit()}>
              Mail me the link
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

function LanguagePart() {
  const engine = useEngine();
  const language = useStore(({ session }) => (session.phase === 'signed_in' ? session.me.language : 'en'));
  const { problem, submit } = useSubmit((chosen: string) => engine.editMe({ language: chosen }));
  return (
    <section className="settings-part">
      <Segments
        legend="Language of mails"
        value={language === 'de' ? 'de' : 'en'}
        options={[
          ['en', 'English', null],
          ['de', 'Deutsch', null],
        ]}
        onChange={chosen => void submit(chosen)}
      />
      <FormProblem problem={problem} />
    </section>
  );
}

function EmailForm({ onDone }: { onDone(): void }) {
  const engine = useEngine();
  const [email, setEmail] = useState('');
  const { busy, problem, submit, clear } = useSubmit(async () => {
    await engine.calls.signed.changeEmail({ email: email.trim() });
    show.toast(`Confirm it by the mail to ${email.trim()}`);
    onDone();
  });
  const isValid = !emailError(email);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isValid) void submit();
  };
  return (
    <form onSubmit={onSubmit} noValidate>
      <FormProblem problem={problem} fields={['email']} />
      <Field
        label="New e-mail"
        type="email"
        autoComplete="email"
        autoFocus
        value={email}
        onChange={value => {
          setEmail(value);
          clear();
        }}
        error={emailError(email)}
        refusal={problemAt(problem, 'email')}
        hint="It changes when you follow the link that we mail there."
      />
      <div className="settings-fact">
        <Button type="submit" busy={busy} disabled={!isValid}>
          Mail the link
        </Button>
        <Button tone="plain" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
