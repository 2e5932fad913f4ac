import { Undo2 } from 'lucide-react';
import type { Message } from '../../api/types';
import { useEngine } from '../hooks';

/** Stands in place of a message for the moment in which its deletion can be undone. */
export function Leaving({ message }: { message: Message }) {
  const engine = useEngine();
  return (
    <p className="tombstone leaving" id={`text-${message.id}`}>
      Message deleted.
      <button type="button" onClick={() => engine.changes.undo(message.id)}>
        <Undo2 size={14} aria-hidden="true" /> Undo
      </button>
    </p>
  );
}
