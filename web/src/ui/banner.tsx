import { CloudOff, Wifi } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useStore } from './hooks';

const CALM_MS = 1_200;
const BACK_MS = 2_500;

/** Says when the connection is lost for longer than a blink, and when it is back. */
export function Banner() {
  const { phase, lostAt, wasOpen } = useStore(state => state.connection);
  const isLost = lostAt !== undefined && phase !== 'open';
  const [shown, setShown] = useState<'lost' | 'back' | null>(null);
  const wasShown = useRef(false);
  useEffect(() => {
    if (isLost) {
      const timer = setTimeout(
        () => {
          wasShown.current = true;
          setShown('lost');
        },
        wasOpen ? CALM_MS : 4_000,
      );
      return () => clearTimeout(timer);
    }
    if (!wasShown.current) return;
    wasShown.current = false;
    setShown('back');
    const timer = setTimeout(() => setShown(null), BACK_MS);
    return () => clearTimeout(timer);
  }, [isLost, wasOpen]);
  return (
    <div className="banner-place" role="status">
      {shown === 'lost' && (
        <p className="banner" data-tone="lost">
          <CloudOff size={16} aria-hidden="true" />
          <span>Reconnecting… What you write is kept and sent later.</span>
        </p>
      )}
      {shown === 'back' && (
        <p className="banner" data-tone="back">
          <Wifi size={16} aria-hidden="true" />
          <span>Back online</span>
        </p>
      )}
    </div>
  );
}
