import { type FormEvent, useState } from 'react';
import type { TotpDraft } from '../../api/types';
import { Button } from '../button';
import { Field, FormProblem, problemAt } from '../field';
import { useEngine, useSubmit } from '../hooks';
import { Qr } from '../qr';
import { show } from '../view';
import { RecoveryCodes } from './recovery-codes';
import type { PartProps } from './security';

/** An app whose codes are asked for after the password, and the codes for when it is lost. */
export function AuthenticatorPart({ own, onChanged }: PartProps) {
  const engine = useEngine();
  const [draft, setDraft] = useState<TotpDraft | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const begin = useSubmit(async () => setDraft(await engine.calls.signed.beginTotp()));
  const end = useSubmit(async () => {
    await engine.calls.signed.endTotp();
    show.toast('Authenticator app turned off');
    onChanged();
  });
  const renew = useSubmit(async () => setCodes((await engine.calls.signed.renewRecoveryCodes()).codes));
  return (
    <section className="settings-part">
      <h3>Authenticator app {own.totp && <span className="tag">On</span>}</h3>
      <p>
        {own.totp
          ? 'After your password, a code of your app is asked for.'
          : 'Asks for a code of an app on your phone after your password: a stolen password alone opens nothing.'}
      </p>
      <FormProblem problem={begin.problem ?? end.problem ?? renew.problem} />
      {codes ? (
        <RecoveryCodes
          codes={codes}
          onDone={() => {
            setCodes(null);
            onChanged();
          }}
        />
      ) : draft ? (
        <Confirm
          draft={draft}
          onDone={fresh => {
            setDraft(null);
            setCodes(fresh);
            show.toast('Authenticator app turned on');
          }}
          onCancel={() => setDraft(null)}
        />
      ) : own.totp ? (
        <>
          <p>{left(own.recovery_codes_left ?? 0)}</p>
          <div className="settings-fact">
            <Button tone="quiet" busy={renew.busy} onClick={() => void renew.submit()}>
              New recovery codes
            </Button>
            <Button tone="plain" busy={end.busy} onClick={() => void end.submit()}>
              Turn off
            </Button>
          </div>
        </>
      ) : own.password ? (
        <div className="settings-fact">
          <Button tone="quiet" busy={begin.busy} onClick={() => void begin.submit()}>
            Set up an app
          </Button>
        </div>
      ) : (
        <p className="form-note">It is asked for after a password: set one first.</p>
      )}
    </section>
  );
}

const left = (count: number): string =>
  count === 0
    ? 'You have no recovery codes left: get new ones before you lose your app.'
    : `${count} recovery code${count === 1 ? '' : 's'} left for when you lose your app.`;

interface ConfirmProps {
  draft: TotpDraft;
  onDone(codes: string[]): void;
  onCancel(): void;
}

function Confirm({ draft, onDone, onCancel }: ConfirmProps) {
  const engine = useEngine();
  const [code, setCode] = useState('');
  const { busy, problem, submit, clear } = useSubmit(async () => {
    onDone((await engine.calls.signed.confirmTotp(code.trim())).codes);
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim()) void submit();
  };
  return (
    <form onSubmit={onSubmit} noValidate>
      <div className="totp">
        <Qr text={draft.url} label="QR code for your authenticator app" />
        <div>
          <p>Scan this with your authenticator app, or type it in there:</p>
          <code>{draft.secret.match(/.{1,4}/g)?.join(' ')}</code>
        </div>
      </div>
      <FormProblem problem={problem} fields={['code']} />
      <Field
        label="The code that your app shows"
        inputMode="numeric"
        autoComplete="one-time-code"
        autoFocus
        value={code}
        onChange={value => {
          setCode(value);
          clear();
        }}
        refusal={problemAt(problem, 'code')}
      />
      <div className="settings-fact">
        <Button type="submit" busy={busy} disabled={!code.trim()}>
          Turn on
        </Button>
        <Button tone="plain" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
