import { Clock } from 'lucide-react';
import { fullTime, until } from '../../lib/time';

/** Stands where one would write while timed out. */
export function TimedOutNotice({ end }: { end: string }) {
  return (
    <div className="composer-place">
      <div className="blocked-notice timed-out" role="status">
        <Clock size={18} aria-hidden="true" />
        <p title={fullTime(end)}>You are timed out here, and can write again {until(end)}.</p>
      </div>
    </div>
  );
}
