import { useEffect } from 'react';
import { Redirect, useLocation } from 'wouter';
import { useStore } from '../ui/hooks';
import { Shell } from '../ui/shell';
import { lastPlace } from '../ui/view';
import { Splash } from './splash';

/** `/`: the last place, else the first guild, else the welcome. */
export function HomePage() {
  const [path, navigate] = useLocation();
  const isReady = useStore(state => state.overview.phase === 'ready');
  const guild = useStore(state => state.guildOrder[0]);
  const known = useStore(({ guilds, channels }) => {
    const last = lastPlace.read();
    const [, , place = '', channel = ''] = last?.split('/') ?? [];
    return last && (place in guilds || channel in channels || place in channels) ? last : null;
  });
  useEffect(() => {
    if (path !== '/') navigate('/', { replace: true });
  }, [path, navigate]);
  if (!isReady) return <Splash />;
  if (known) return <Redirect to={known} replace />;
  if (guild) return <Redirect to={`/channels/${guild}`} replace />;
  return <Shell welcome />;
}
