import { useEffect, useState } from 'react';
import { useStore } from '../ui/hooks';
import { Logo } from '../ui/logo';

/** While the session is being resumed. Says something only when that takes long. */
export function Splash() {
  const problem = useStore(state =>
    state.session.phase === 'starting' ? state.session.problem : state.overview.problem,
  );
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 1_500);
    return () => clearTimeout(timer);
  }, []);
  return (
    <main className="splash" aria-busy="true">
      <Logo size={56} />
      <p role="status">{problem ? `${problem.title}. Trying again…` : isLong ? 'Still loading…' : ''}</p>
    </main>
  );
}
