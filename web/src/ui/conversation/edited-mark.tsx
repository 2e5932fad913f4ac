import type { Message } from '../../api/types';
import { fullTime } from '../../lib/time';
import { useMe, useStore } from '../hooks';
import { Tip } from '../tip';
import { show } from '../view';
import { mayDelete } from './changing';

/** Says that a message was changed; leads to what it said before, for those who may see that. */
export function EditedMark({ message }: { message: Message }) {
  const me = useMe();
  const isOpen = useStore(state => mayDelete(state, me, message));
  const { channel, id, edited_at } = message;
  return (
    <Tip text={`Edited ${fullTime(edited_at ?? '')}`}>
      {isOpen ? (
        <button
          type="button"
          className="edited"
          onClick={() => show.dialog({ name: 'versions', channel, message: id })}
        >
          (edited)
        </button>
      ) : (
        <span className="edited">(edited)</span>
      )}
    </Tip>
  );
}
