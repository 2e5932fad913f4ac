import { useEffect, useState } from 'react';
import type { Status, User } from '../api/types';

/** Timers don't take longer waits. */
const MAX_WAIT_MS = 2 ** 31 - 1;

/** What a person is up to, for as long as it lasts. */
export function useStatus(person: Pick<User, 'status'> | null | undefined): Status | null {
  const [, look] = useState(0);
  const status = person?.status ?? null;
  const end = status?.expires_at ? Date.parse(status.expires_at) : Number.POSITIVE_INFINITY;
  useEffect(() => {
    const wait = end - Date.now();
    if (!(wait > 0 && wait <= MAX_WAIT_MS)) return;
    const timer = setTimeout(() => look(turn => turn + 1), wait);
    return () => clearTimeout(timer);
  }, [end]);
  return status && end > Date.now() ? status : null;
}

/** A status on one line; nothing where there is none. */
export function StatusLine({ person }: { person: Pick<User, 'status'> | null | undefined }) {
  const status = useStatus(person);
  if (!status) return null;
  const { emoji = '', text = '' } = status;
  return (
    <span className="status-line">
      {emoji && <span className="status-emoji">{emoji}</span>}
      {text && <span className="status-text">{text}</span>}
    </span>
  );
}
