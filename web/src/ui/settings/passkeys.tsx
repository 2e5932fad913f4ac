import { KeyRound, Pencil, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Passkey } from '../../api/types';
import { hasPasskeys, makePasskey } from '../../lib/passkeys';
import { shortDate, stamp } from '../../lib/time';
import { nameError } from '../../pages/rules';
import { Button, IconButton } from '../button';
import { Field, FormProblem, problemAt } from '../field';
import { useEngine, useSubmit } from '../hooks';
import { show } from '../view';
import type { PartProps } from './security';

/** Keys on the person's devices, which open the account by a finger, a face or a PIN. */
export function PasskeysPart({ own, onChanged }: PartProps) {
  const engine = useEngine();
  const { busy, problem, submit } = useSubmit(async () => {
    const { signed } = engine.calls;
    const credential = await makePasskey(await signed.passkeyCreation());
    await signed.addPasskey(deviceName(), credential);
    show.toast('Passkey added');
    onChanged();
  });
  const passkeys = own.passkeys ?? [];
  const isHere = own.passkeys_at === location.origin;
  return (
    <section className="settings-part">
      <h3>Passkeys</h3>
      <p>Log in with your finger, your face or your device’s PIN: nothing to remember, nothing to steal.</p>
      <FormProblem problem={problem} />
      {passkeys.length > 0 && (
        <ul className="sessions" aria-label="Passkeys">
          {passkeys.map(passkey => (
            <PasskeyRow key={passkey.id} passkey={passkey} onChanged={onChanged} />
          ))}
        </ul>
      )}
      {isHere && hasPasskeys() ? (
        <div className="settings-fact">
          <Button tone="quiet" busy={busy} onClick={() => void submit()}>
            Add a passkey
          </Button>
        </div>
      ) : (
        <p className="form-note">{whyNot(own.passkeys_at)}</p>
      )}
    </section>
  );
}

function whyNot(at: string | null | undefined): string {
  if (!at)
    return 'Passkeys need an address with a name and HTTPS: who runs this server can set one (public_url).';
  if (at !== location.origin) return `Passkeys work at ${at} alone: open Guildhall there to add one.`;
  return 'This browser has no passkeys.';
}

/** What a new passkey is called until its person says better. */
function deviceName(): string {
  const known: [RegExp, string][] = [
    [/iPhone/, 'iPhone'],
    [/iPad/, 'iPad'],
    [/Android/, 'Android phone'],
    [/Mac OS X/, 'Mac'],
    [/Windows/, 'Windows computer'],
    [/Linux|CrOS/, 'Linux computer'],
  ];
  return known.find(([pattern]) => pattern.test(navigator.userAgent))?.[1] ?? 'Passkey';
}

function PasskeyRow({ passkey, onChanged }: { passkey: Passkey; onChanged(): void }) {
  const engine = useEngine();
  const [isNaming, setNaming] = useState(false);
  const remove = useSubmit(async () => {
    await engine.calls.signed.removePasskey(passkey.id);
    show.toast('Passkey removed');
    onChanged();
  });
  const used = passkey.last_used_at ? `last used ${stamp(passkey.last_used_at)}` : 'not used yet';
  return (
    <li className="session">
      <span className="session-icon">
        <KeyRound size={20} aria-hidden="true" />
      </span>
      {isNaming ? (
        <NameForm
          passkey={passkey}
          onDone={() => {
            setNaming(false);
            onChanged();
          }}
        />
      ) : (
        <div>
          <strong>{passkey.name}</strong>
          <small>
            Added {shortDate(passkey.created_at)} · {used}
          </small>
          <FormProblem problem={remove.problem} />
        </div>
      )}
      {!isNaming && (
        <span className="session-tools">
          <IconButton label={`Rename ${passkey.name}`} onClick={() => setNaming(true)}>
            <Pencil size={16} />
          </IconButton>
          <IconButton
            label={`Remove ${passkey.name}`}
            disabled={remove.busy}
            onClick={() => void remove.submit()}
          >
            <Trash2 size={16} />
          </IconButton>
        </span>
      )}
    </li>
  );
}

function NameForm({ passkey, onDone }: { passkey: Passkey; onDone(): void }) {
  const engine = useEngine();
  const [name, setName] = useState(passkey.name);
  const { busy, problem, submit } = useSubmit(async () => {
    if (name.trim() !== passkey.name) await engine.calls.signed.renamePasskey(passkey.id, name.trim());
    onDone();
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!nameError(name)) void submit();
  };
  return (
    <form className="session-form" onSubmit={onSubmit} noValidate>
      <FormProblem problem={problem} fields={['name']} />
      <Field
        label="Name of the passkey"
        autoFocus
        value={name}
        onChange={setName}
        error={nameError(name)}
        refusal={problemAt(problem, 'name')}
      />
      <div className="settings-fact">
        <Button type="submit" size="small" busy={busy} disabled={nameError(name) !== null}>
          Save
        </Button>
        <Button tone="plain" size="small" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
