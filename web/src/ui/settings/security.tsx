import { type FormEvent, useState } from 'react';
import type { OwnCredentials } from '../../api/types';
import { NewPasswordField } from '../../pages/new-password-field';
import { passwordError } from '../../pages/rules';
import { Button } from '../button';
import { FormProblem, PasswordField, problemAt } from '../field';
import { useEngine, useSubmit } from '../hooks';
import { show } from '../view';
import { AuthenticatorPart } from './authenticator';
import { IdentitiesPart } from './identities';
import { useOwnCredentials } from './own-credentials';
import { PasskeysPart } from './passkeys';

export interface PartProps {
  own: OwnCredentials;
  onChanged(): void;
}

/** What the account is opened with: password, passkeys, authenticator app, providers. */
export function SecuritySettings() {
  const { own, problem, reload } = useOwnCredentials();
  if (!own) {
    return problem ? (
      <FormProblem problem={problem} />
    ) : (
      <p className="settings-progress" role="status">
        <span className="spinner" aria-hidden="true" /> Loading…
      </p>
    );
  }
  return (
    <>
      <PasswordPart own={own} onChanged={reload} />
      <PasskeysPart own={own} onChanged={reload} />
      <AuthenticatorPart own={own} onChanged={reload} />
      <IdentitiesPart own={own} onChanged={reload} />
    </>
  );
}

function PasswordPart({ own, onChanged }: PartProps) {
  const engine = useEngine();
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  // Where a password alone doesn't prove, the server asks for more by itself.
  const asksOld = own.password && !own.totp;
  const { busy, problem, submit, clear } = useSubmit(async () => {
    await engine.calls.signed.changePassword({ ...(asksOld ? { old_password: old } : {}), password });
    setOld('');
    setPassword('');
    show.toast(own.password ? 'Password changed, other sessions ended' : 'Password set');
    onChanged();
  });
  const edit = (set: (value: string) => void) => (value: string) => {
    set(value);
    clear();
  };
  const isValid = (!asksOld || old !== '') && !passwordError(password);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isValid) void submit();
  };
  return (
    <section className="settings-part">
      <h3>Password</h3>
      <p>
        {own.password
          ? 'Changing it logs you out everywhere else.'
          : 'You have none. With one you can log in by e-mail, too.'}
      </p>
      <form onSubmit={onSubmit} noValidate>
        <FormProblem problem={problem} fields={['old_password', 'password']} />
        {asksOld && (
          <PasswordField
            label="Old password"
            autoComplete="current-password"
            value={old}
            onChange={edit(setOld)}
            refusal={problemAt(problem, 'old_password')}
          />
        )}
        <NewPasswordField
          label="New password"
          value={password}
          onChange={edit(setPassword)}
          refusal={problemAt(problem, 'password')}
        />
        <Button type="submit" busy={busy} disabled={!isValid}>
          {own.password ? 'Change password' : 'Set password'}
        </Button>
      </form>
    </section>
  );
}
