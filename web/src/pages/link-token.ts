import { useState } from 'react';

/**
 * What a mailed link holds after `#`, which no server and no other page gets to see. Taken out of the address bar, so that
 * it stays in no history.
 */
export function useLinkToken(): string {
  const [token] = useState(() => decodeURIComponent(location.hash.slice(1)));
  if (location.hash) history.replaceState(history.state, '', location.pathname);
  return token;
}
