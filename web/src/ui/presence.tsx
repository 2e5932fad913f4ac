import type { Settings } from '../api/types';
import type { Seen } from '../engine/presence';
import type { State } from '../engine/state';
import { useMe, useStore } from './hooks';

export type Chosen = Settings['presence'] & string;

/** What each way to be seen is called. */
export const SEEN_NAMES: Record<Seen, string> = {
  online: 'Online',
  idle: 'Idle',
  do_not_disturb: 'Do not disturb',
  offline: 'Offline',
};

/** How somebody is seen; oneself as others do while this device is used. */
export function seen(state: State, user: string, me: string): Seen {
  if (user !== me) return state.presence[user] ?? 'offline';
  if (state.connection.phase !== 'open') return 'offline';
  const chosen = state.settings?.presence ?? 'online';
  return chosen === 'invisible' ? 'offline' : chosen;
}

export function useSeen(user: string): Seen {
  const me = useMe();
  return useStore(state => seen(state, user, me));
}

/** Its shape tells it, too, not the colour alone. */
export function Dot({ seen }: { seen: Seen }) {
  return <span className="presence" data-seen={seen} />;
}

export function PresenceDot({ user }: { user: string }) {
  return <Dot seen={useSeen(user)} />;
}
