import { KeyRound } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Provider } from '../api/types';
import { useEngine } from './hooks';

/** Whom people may sign in by; empty until that is known, and where there is nobody. */
export function useProviders(): readonly Provider[] {
  const engine = useEngine();
  const [providers, setProviders] = useState<readonly Provider[]>([]);
  useEffect(() => {
    engine.calls.anonymous
      .providers()
      .then(({ items }) => setProviders(items))
      .catch(() => undefined);
  }, [engine]);
  return providers;
}

/** A way in for each provider, beside the form above. The browser leaves for the provider's page. */
export function ProviderLinks({ next, invitation = '' }: { next: string; invitation?: string }) {
  const providers = useProviders();
  if (providers.length === 0) return null;
  return (
    <>
      <p className="or">or</p>
      <div className="providers">
        {providers.map(({ name, title, kind }) => (
          <a
            key={name}
            className="button"
            data-tone="quiet"
            data-size="medium"
            data-wide
            href={start(name, next, invitation)}
          >
            <span className="button-label">
              <ProviderMark name={name} kind={kind} />
              Continue with {title}
            </span>
          </a>
        ))}
      </div>
    </>
  );
}

function start(name: string, next: string, invitation: string): string {
  const query = new URLSearchParams({ next, ...(invitation && { invite: invitation }) });
  return `/api/v1/auth/${encodeURIComponent(name)}/start?${query}`;
}

/** A provider's mark, drawn plainly: who isn't known has a key. */
export function ProviderMark({ name, kind }: { name?: string | null; kind?: Provider['kind'] }) {
  if (kind === 'github') {
    return (
      <svg className="provider-mark" viewBox="0 0 24 24" aria-hidden="true">
        <path
          fill="currentColor"
          d="M5.2 3.3c1.7.1 3.2.9 4.2 1.7a11 11 0 0 1 5.2 0c1-.8 2.5-1.6 4.2-1.7.6 1.5.6 3 .2 4.3A6.6 6.6 0 0 1 20.4 12c0 4-2.4 5.9-5.9 6.3.5.6.8 1.4.8 2.6v1.6H8.7v-2.2c-2.7.4-3.6-.8-4.3-2-.4-.6-.8-1.2-1.5-1.5.9-.4 1.9 0 2.6.9.8 1 1.5 1.4 3.2 1.1.1-.2.3-.4.5-.5-3.5-.4-5.7-2.3-5.7-6.3 0-1.7.5-3.2 1.5-4.4-.4-1.3-.4-2.8.2-4.3Z"
        />
      </svg>
    );
  }
  if (name === 'google') {
    return (
      <svg className="provider-mark" viewBox="0 0 24 24" aria-hidden="true" fill="none" strokeWidth="4">
        <path stroke="#ea4335" d="M5.1 8A8 8 0 0 1 17.7 6.3" />
        <path stroke="#fbbc05" d="M5.1 16a8 8 0 0 1 0-8" />
        <path stroke="#34a853" d="M17.3 18A8 8 0 0 1 5.1 16" />
        <path stroke="#4285f4" d="M12 12h8a8 8 0 0 1-2.7 6" />
      </svg>
    );
  }
  return <KeyRound className="provider-mark" size={18} aria-hidden="true" />;
}
