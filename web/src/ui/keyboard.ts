import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { isCommand, isTyping } from '../lib/shortcuts';
import { useEngine } from './hooks';
import { channelsOf, directsInOrder, pathOf, unreadOf } from './selectors';
import { isDialogOpen, show } from './view';

/** Shortcuts that work anywhere in the chat. */
export function useGlobalKeys(guild: string | undefined, channel: string | undefined): void {
  const engine = useEngine();
  const [, navigate] = useLocation();
  useEffect(() => {
    const step = (by: 1 | -1, onlyUnread: boolean) => {
      const state = engine.store.getSnapshot();
      const list = guild
        ? channelsOf(state, guild)
        : directsInOrder(state).flatMap(id => state.channels[id] ?? []);
      const stops = list.filter(item => !onlyUnread || item.id === channel || unreadOf(state, item.id) > 0);
      const at = stops.findIndex(item => item.id === channel);
      const next = stops.at((at + by + stops.length) % Math.max(1, stops.length));
      if (next && next.id !== channel) navigate(pathOf(next));
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      if (isCommand(event) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        if (isDialogOpen()) show.noDialog();
        else show.dialog({ name: 'switcher' });
      } else if (isDialogOpen()) {
        return;
      } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        event.preventDefault();
        step(event.key === 'ArrowDown' ? 1 : -1, event.shiftKey);
      } else if (event.key === '?' && !isTyping(event.target)) {
        event.preventDefault();
        show.dialog({ name: 'keys' });
      } else if (event.key === 'Escape' && channel) {
        engine.markRead(channel);
        engine.history.forgetNew(channel);
      }
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [engine, navigate, guild, channel]);
}
