import { Check, CircleAlert } from 'lucide-react';
import { useView } from './view';

/** Short notes at the bottom, and what is said to screen readers. */
export function Toasts() {
  const toasts = useView(view => view.toasts);
  const announcement = useView(view => view.announcement);
  return (
    <>
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map(toast => (
          <div key={toast.id} className="toast" data-tone={toast.tone}>
            {toast.tone === 'bad' ? <CircleAlert size={16} /> : <Check size={16} />}
            {toast.text}
          </div>
        ))}
      </div>
      <div className="visually-hidden" aria-live="polite">
        {announcement}
      </div>
    </>
  );
}
