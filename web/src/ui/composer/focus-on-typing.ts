import { useEffect } from 'react';
import { isTyping } from '../../lib/shortcuts';
import { isDialogOpen } from '../view';

/** Typing anywhere goes to the composer, as if it had the focus. */
export function useFocusOnTyping(field: { current: HTMLTextAreaElement | null }): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isText = event.key.length === 1 && event.key !== ' ' && event.key !== '?';
      const isPaste = event.key.toLowerCase() === 'v' && (event.ctrlKey || event.metaKey);
      const isCommand = event.ctrlKey || event.metaKey || event.altKey;
      if ((!isText || isCommand) && !isPaste) return;
      if (event.defaultPrevented || isDialogOpen() || isTyping(event.target)) return;
      // A message that has the focus keeps its own keys.
      const isMessage =
        event.target instanceof Element && event.target.closest('[data-message], [role=menu]');
      if (!isMessage) field.current?.focus();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [field]);
}
