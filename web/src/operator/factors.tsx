import { Fingerprint, Smartphone } from 'lucide-react';
import { useState } from 'react';
import type { AccountDetail } from '../api/types';
import { useEngine } from '../ui/hooks';
import { show } from '../ui/view';
import { Action } from './actions';
import { Confirm } from './confirm';
import { Panel } from './parts';

interface Props {
  detail: AccountDetail;
  onChanged(): void;
}

/** What the account is opened with, beside a password, and how to take it from somebody who lost it. */
export function Factors({ detail: { account, passkeys = 0, has_authenticator }, onChanged }: Props) {
  const { signed } = useEngine().calls;
  const [open, setOpen] = useState<'passkeys' | 'authenticator' | null>(null);
  const { id, display_name: name } = account;
  const count = passkeys === 1 ? 'One passkey' : `${passkeys} passkeys`;
  const has = [passkeys > 0 && count, has_authenticator && 'an authenticator app'].filter(Boolean);
  const lead =
    has.length > 0
      ? `${has.join(' and ').replace(/^an /, 'An ')}. Take them only from somebody who lost them and whom you know to be it.`
      : 'Neither a passkey nor an authenticator app.';
  const done = (said: string) => {
    onChanged();
    show.toast(said);
  };
  return (
    <Panel title="Sign-in" lead={lead}>
      {has.length > 0 && (
        <div className="actions">
          {passkeys > 0 && (
            <Action
              icon={<Fingerprint size={18} />}
              text="Remove the passkeys"
              isDanger
              onClick={() => setOpen('passkeys')}
            />
          )}
          {has_authenticator && (
            <Action
              icon={<Smartphone size={18} />}
              text="Turn off the authenticator app"
              isDanger
              onClick={() => setOpen('authenticator')}
            />
          )}
        </div>
      )}
      {open === 'passkeys' && (
        <Confirm
          title={`Remove ${name}’s passkeys?`}
          description={`None of them opens the account any more. ${name} is told by mail, and without a password sets one by a password reset.`}
          action="Remove passkeys"
          run={async () => {
            await signed.endPasskeysOf(id);
            done('The passkeys are gone');
          }}
          onClose={() => setOpen(null)}
        />
      )}
      {open === 'authenticator' && (
        <Confirm
          title={`Turn off ${name}’s authenticator app?`}
          description={`From then on the password alone opens the account, and the recovery codes are of no use. ${name} is told by mail.`}
          action="Turn off"
          run={async () => {
            await signed.endAuthenticatorOf(id);
            done('The authenticator app is off');
          }}
          onClose={() => setOpen(null)}
        />
      )}
    </Panel>
  );
}
