import { useEffect, useState } from 'react';
import type { RegistrationTerms } from '../api/types';
import { useEngine } from '../ui/hooks';

const open: RegistrationTerms = { mode: 'open', invite_needed: false };

/** Who may make an account here; null while it is asked for. Unanswered, the form is shown, and the server says the rest. */
export function useTerms(): RegistrationTerms | null {
  const engine = useEngine();
  const [terms, setTerms] = useState<RegistrationTerms | null>(null);
  useEffect(() => {
    let isCurrent = true;
    engine.calls.anonymous.registration().then(
      asked => isCurrent && setTerms(asked),
      () => isCurrent && setTerms(open),
    );
    return () => {
      isCurrent = false;
    };
  }, [engine]);
  return terms;
}

/** The invitation that someone comes with: a registration code, or the invite into a guild that they go on to. */
export function invitationIn(search: string, next: string): string {
  return new URLSearchParams(search).get('invite') ?? next.match(/^\/invite\/([A-Za-z0-9_-]+)/)?.[1] ?? '';
}
