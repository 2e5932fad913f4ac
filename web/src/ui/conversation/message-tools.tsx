import { Copy, Flag, Link as LinkIcon, Pencil, Reply, Trash2 } from 'lucide-react';
import type { Message } from '../../api/types';
import { copy } from '../../lib/clipboard';
import { IconButton } from '../button';
import { useEngine, useMe, useStore } from '../hooks';
import { show } from '../view';
import { mayDelete, remove } from './changing';

interface Props {
  message: Message;
  onReply(): void;
}

/** What one can do with a message; shown while it is pointed at or has the focus. */
export function MessageTools({ message, onReply }: Props) {
  const copied = async (text: string, what: string) => {
    if (await copy(text)) show.toast(`${what} copied`);
    else show.toast('The browser doesn’t allow copying here', 'bad');
  };
  const engine = useEngine();
  const me = useMe();
  const isOwn = message.author === me;
  const isDeletable = useStore(state => mayDelete(state, me, message));
  const guild = useStore(state => state.channels[message.channel]?.guild);
  const report = () => {
    if (!guild) return;
    const { author: user, channel, id } = message;
    show.dialog({ name: 'report', guild, user, channel, message: id });
  };
  const link = `${location.origin}${location.pathname}?message=${message.id}`;
  return (
    <div className="tools" role="toolbar" aria-label="Message actions">
      <IconButton label="Reply" keys="R" onClick={onReply}>
        <Reply size={17} />
      </IconButton>
      {isOwn && (
        <IconButton label="Edit" keys="E" onClick={() => engine.changes.begin(message)}>
          <Pencil size={16} />
        </IconButton>
      )}
      <IconButton label="Copy text" onClick={() => void copied(message.text, 'Text')}>
        <Copy size={16} />
      </IconButton>
      <IconButton label="Copy link" onClick={() => void copied(link, 'Link')}>
        <LinkIcon size={16} />
      </IconButton>
      {guild && !isOwn && (
        <IconButton label="Report" onClick={report}>
          <Flag size={16} />
        </IconButton>
      )}
      {isDeletable && (
        <IconButton label="Delete" keys="Del" className="tool-bad" onClick={() => remove(engine, message)}>
          <Trash2 size={16} />
        </IconButton>
      )}
    </div>
  );
}
