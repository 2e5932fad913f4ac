import { Trash2 } from 'lucide-react';
import type { Identity, OwnCredentials, Provider } from '../../api/types';
import { shortDate, stamp } from '../../lib/time';
import { Button, IconButton } from '../button';
import { FormProblem } from '../field';
import { useEngine, useSubmit } from '../hooks';
import { ProviderMark, useProviders } from '../providers';
import { show } from '../view';

interface Props {
  own: OwnCredentials;
  onChanged(): void;
}

/** Providers that open the account, and those that could. */
export function IdentitiesPart({ own, onChanged }: Props) {
  const providers = useProviders();
  const identities = own.identities ?? [];
  const isLinked = ({ name }: Provider) => identities.some(({ provider }) => provider === name);
  if (providers.length === 0 && identities.length === 0) return null;
  return (
    <section className="settings-part">
      <h3>Linked accounts</h3>
      <p>Log in with an account that you have elsewhere.</p>
      {identities.length > 0 && (
        <ul className="sessions" aria-label="Linked accounts">
          {identities.map(identity => (
            <IdentityRow
              key={identity.id}
              identity={identity}
              kind={providers.find(({ name }) => name === identity.provider)?.kind}
              onChanged={onChanged}
            />
          ))}
        </ul>
      )}
      <div className="settings-fact">
        {providers
          .filter(provider => !isLinked(provider))
          .map(provider => (
            <LinkButton key={provider.name} provider={provider} />
          ))}
      </div>
    </section>
  );
}

function LinkButton({ provider }: { provider: Provider }) {
  const engine = useEngine();
  const { busy, problem, submit } = useSubmit(async () => {
    const next = location.pathname;
    location.assign((await engine.calls.signed.beginLink({ provider: provider.name, next })).location);
  });
  return (
    <>
      <FormProblem problem={problem} />
      <Button tone="quiet" busy={busy} onClick={() => void submit()}>
        <ProviderMark name={provider.name} kind={provider.kind} />
        Link {provider.title}
      </Button>
    </>
  );
}

interface RowProps {
  identity: Identity;
  kind?: Provider['kind'];
  onChanged(): void;
}

function IdentityRow({ identity, kind, onChanged }: RowProps) {
  const engine = useEngine();
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.calls.signed.unlink(identity.id);
    show.toast(`${identity.title} is unlinked`);
    onChanged();
  });
  return (
    <li className="session">
      <span className="session-icon">
        <ProviderMark name={identity.provider} kind={kind} />
      </span>
      <div>
        <strong>{identity.title}</strong>
        <small>
          {identity.email && `${identity.email} · `}Linked {shortDate(identity.linked_at)} · last used{' '}
          {stamp(identity.used_at)}
        </small>
        <FormProblem problem={problem} />
      </div>
      <IconButton label={`Unlink ${identity.title}`} disabled={busy} onClick={() => void submit()}>
        <Trash2 size={16} />
      </IconButton>
    </li>
  );
}
