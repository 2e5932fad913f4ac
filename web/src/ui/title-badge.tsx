import { useEffect } from 'react';
import { useStore } from './hooks';
import { totalUnread } from './selectors';

/** Shows what is unread in the tab's title. */
export function TitleBadge() {
  const unread = useStore(totalUnread);
  useEffect(() => {
    const name = document.title.replace(/^\(\d+\+?\) /, '');
    document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${name}` : name;
  }, [unread]);
  return null;
}
