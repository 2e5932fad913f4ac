import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { Message } from '../../api/types';
import { commandKey, isCommand } from '../../lib/shortcuts';
import { useAutoHeight } from '../composer/auto-height';
import { MAX_CHARS } from '../composer/composer';
import { marks, toggleMark } from '../composer/formatting';
import { SMALL_SCREEN, useEngine, useMedia, useStore } from '../hooks';
import { remove } from './changing';

/** Changes the text of a message in its place. */
export function MessageEditor({ message }: { message: Message }) {
  const engine = useEngine();
  const field = useRef<HTMLTextAreaElement>(null);
  const text = useStore(({ editor }) => editor?.text ?? '');
  const problem = useStore(({ editor }) => editor?.problem);
  const isSmall = useMedia(SMALL_SCREEN);
  const enterSends = useStore(state => state.settings?.enter_sends ?? true);
  const left = MAX_CHARS - [...text].length;
  useAutoHeight(field, text);
  useEffect(() => {
    const box = field.current;
    box?.focus();
    box?.setSelectionRange(box.value.length, box.value.length);
    box?.scrollIntoView({ block: 'nearest' });
  }, []);

  const leave = () => document.querySelector<HTMLElement>('.composer textarea')?.focus();
  const cancel = () => {
    engine.changes.cancel();
    leave();
  };
  const save = () => {
    if (left < 0) return;
    if (text.trim() === '') {
      engine.changes.cancel();
      remove(engine, message);
    } else {
      void engine.changes.save();
    }
    leave();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const mark = isCommand(event) && !event.shiftKey ? marks[event.key.toLowerCase()] : undefined;
    const isSave = isCommand(event) || (enterSends && !event.shiftKey && !isSmall);
    // The list's own keys and the channel's Escape stay away.
    event.stopPropagation();
    if (mark) toggleMark(event.currentTarget, mark);
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing && isSave) save();
    else if (event.key === 'Escape') cancel();
    else return;
    event.preventDefault();
  };
  const hint = `edit-hint-${message.id}`;
  return (
    <div className="editor" id={`text-${message.id}`}>
      <textarea
        ref={field}
        rows={1}
        value={text}
        aria-label="Edit message"
        aria-describedby={hint}
        aria-invalid={left < 0 || problem !== undefined || undefined}
        onChange={event => engine.changes.write(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <p className="editor-hint" id={hint}>
        {left < 0 && <strong>{-left} characters too many.</strong>}
        {problem && <strong>Not saved: {problem.detail}</strong>}
        <button type="button" onClick={cancel}>
          Cancel {!isSmall && <kbd>Esc</kbd>}
        </button>
        <button type="button" disabled={left < 0} onClick={save}>
          Save {!isSmall && <kbd>{enterSends ? 'Enter' : `${commandKey} Enter`}</kbd>}
        </button>
      </p>
    </div>
  );
}
