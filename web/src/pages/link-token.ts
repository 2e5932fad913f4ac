import { useEffect, useState } from 'react';

/**
 * What a mailed link holds after `#`, which no server and no other page gets to see. Taken out of the address bar, so that
 * it stays in no history.
 */
export function useLinkToken(): string {
  const [token] = useState(() => decoded(location.hash.slice(1)));
  useEffect(() => {
    if (location.hash) history.replaceState(history.state, '', location.pathname);
  }, []);
  return token;
}

/** A mail program may have encoded it; what can't be decoded is no token, and the server says so. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
