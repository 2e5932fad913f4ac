import { useEffect } from 'react';
import type { Message } from '../../api/types';
import { plainText } from '../../lib/markdown/plain';
import { Avatar } from '../avatar';
import { useEngine, useStore } from '../hooks';
import { MemberName } from '../roles/role-name';
import { isFoldedIn } from '../selectors';

/** A message that is quoted, from the loaded ones or fetched; null: gone; undefined: not known yet. */
export function useQuoted(channel: string, message: string): Message | null | undefined {
  const engine = useEngine();
  const found = useStore(
    state => state.timelines[channel]?.messages.find(item => item.id === message) ?? state.quoted[message],
  );
  const isUnknown = found === undefined;
  useEffect(() => {
    if (isUnknown) void engine.history.quote(channel, message);
  }, [engine, channel, message, isUnknown]);
  return found;
}

/** The line above a reply that shows what it answers, and leads there. */
export function Quote({ channel, message }: { channel: string; message: string }) {
  const engine = useEngine();
  const found = useQuoted(channel, message);
  const isFolded = useStore(state => !!found && isFoldedIn(state, found));
  if (!found || found.deleted) {
    const isLoading = found === undefined;
    return (
      <p className="quote" data-gone="">
        {isLoading ? <span className="skeleton skeleton-text" /> : 'The message was deleted'}
      </p>
    );
  }
  return (
    <button type="button" className="quote" onClick={() => engine.jumpTo(channel, message)}>
      <Avatar user={found.author} size={16} />
      <strong>
        <MemberName user={found.author} />
      </strong>
      <span className="quote-text">
        {isFolded ? 'From somebody you have blocked' : plainText(found.text)}
      </span>
    </button>
  );
}
