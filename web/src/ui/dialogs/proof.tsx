import { KeyRound } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Identity, Proof } from '../../api/types';
import { hasPasskeys, takePasskey } from '../../lib/passkeys';
import { Button } from '../button';
import { CodeField } from '../code-field';
import { Dialog, DialogActions } from '../dialog';
import { FormProblem, PasswordField, problemAt } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';
import { ProviderMark } from '../providers';
import { useOwnCredentials } from '../settings/own-credentials';
import { show } from '../view';

/** Asks the person to prove that it's them; what they wanted goes on by itself then. */
export default function ProofDialog() {
  const engine = useEngine();
  const email = useStore(({ session }) => (session.phase === 'signed_in' ? session.me.email : ''));
  const { own, problem: unknown } = useOwnCredentials();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const prove = useSubmit(async (proof: Proof) => {
    await engine.calls.signed.prove(proof);
    show.noProof(true);
  });
  const byPasskey = useSubmit(async () => {
    const passkey = await takePasskey(await engine.calls.signed.proofRequest());
    await engine.calls.signed.prove({ passkey });
    show.noProof(true);
  });
  const edit = (set: (value: string) => void) => (value: string) => {
    set(value);
    prove.clear();
  };
  const isReady = password !== '' && (!own?.totp || code.trim() !== '');
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) void prove.submit({ password, ...(own?.totp ? { code: code.trim() } : {}) });
  };
  const canUsePasskey =
    (own?.passkeys?.length ?? 0) > 0 && own?.passkeys_at === location.origin && hasPasskeys();
  return (
    <Dialog
      title="Prove it’s you"
      description="You are about to change how your account is opened. This is good for some minutes."
      onClose={() => show.noProof(false)}
    >
      <FormProblem problem={prove.problem ?? byPasskey.problem ?? unknown} fields={['password', 'code']} />
      {canUsePasskey && (
        <Button
          wide
          tone={own?.password ? 'quiet' : 'primary'}
          busy={byPasskey.busy}
          onClick={() => void byPasskey.submit()}
        >
          <KeyRound size={17} aria-hidden="true" /> Use a passkey
        </Button>
      )}
      {canUsePasskey && own?.password && <p className="or">or</p>}
      {own?.identities?.map(identity => (
        <ProveByProvider key={identity.id} identity={identity} />
      ))}
      {own?.password && (own.identities?.length ?? 0) > 0 && <p className="or">or</p>}
      {own && !own.password && !canUsePasskey && !own.identities?.length && (
        <>
          <p>Log out and in again to go on: signing in proves it, too.</p>
          <DialogActions>
            <Button tone="plain" onClick={() => show.noProof(false)}>
              Close
            </Button>
          </DialogActions>
        </>
      )}
      {own?.password && (
        <form onSubmit={onSubmit} noValidate>
          <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
          <PasswordField
            label="Your password"
            autoComplete="current-password"
            autoFocus
            value={password}
            onChange={edit(setPassword)}
            refusal={problemAt(prove.problem, 'password')}
          />
          {own.totp && (
            <CodeField value={code} onChange={edit(setCode)} refusal={problemAt(prove.problem, 'code')} />
          )}
          <DialogActions>
            <Button tone="plain" onClick={() => show.noProof(false)}>
              Cancel
            </Button>
            <Button type="submit" busy={prove.busy} disabled={!isReady}>
              Continue
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}

/** By a provider that is linked; the page comes back to the settings, where the wish is said once more. */
function ProveByProvider({ identity: { provider, title } }: { identity: Identity }) {
  const engine = useEngine();
  const { busy, problem, submit } = useSubmit(async () => {
    if (!provider) return;
    const next = location.pathname;
    const begun = await engine.calls.signed.beginLink({ provider, purpose: 'prove', next });
    location.assign(begun.location);
  });
  if (!provider) return null;
  return (
    <>
      <FormProblem problem={problem} />
      <Button tone="quiet" wide busy={busy} onClick={() => void submit()}>
        <ProviderMark name={provider} /> Prove by {title}
      </Button>
    </>
  );
}
