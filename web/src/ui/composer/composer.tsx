import { SendHorizontal, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { Engine } from '../../engine/engine';
import { plainText } from '../../lib/markdown/plain';
import { commandKey, isCommand } from '../../lib/shortcuts';
import { IconButton } from '../button';
import { useQuoted } from '../conversation/quote';
import { SMALL_SCREEN, useEngine, useMedia, useStore } from '../hooks';
import { MemberName } from '../roles/role-name';
import { useAutoHeight } from './auto-height';
import { useFocusOnTyping } from './focus-on-typing';
import { marks, toggleMark } from './formatting';

export const MAX_CHARS = 4_000;
const COUNT_FROM = 3_600;

interface Props {
  channel: string;
  name: string;
  replyTo: string | null;
  onReply(message: string | null): void;
}

/** Where messages are written. */
export function Composer({ channel, name, replyTo, onReply }: Props) {
  const engine = useEngine();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => engine.drafts.read(channel).text);
  const isSmall = useMedia(SMALL_SCREEN);
  const enterSends = useStore(state => state.settings?.enter_sends ?? true);
  const left = MAX_CHARS - [...text].length;
  const canSend = text.trim() !== '' && left >= 0;
  useEffect(() => engine.drafts.write(channel, { text, replyTo }), [engine, channel, text, replyTo]);
  useAutoHeight(field, text);
  useFocusOnTyping(field);
  useEffect(() => {
    if (replyTo || !isSmall) field.current?.focus();
  }, [replyTo, isSmall]);

  const send = () => {
    if (!canSend) return;
    engine.send(channel, text.trimEnd(), replyTo);
    setText('');
    onReply(null);
    field.current?.focus();
  };
  const sendsBy = (event: KeyboardEvent) => isCommand(event) || (enterSends && !event.shiftKey && !isSmall);
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const mark = isCommand(event) && !event.shiftKey ? marks[event.key.toLowerCase()] : undefined;
    if (mark) {
      event.preventDefault();
      toggleMark(event.currentTarget, mark);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing && sendsBy(event)) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && replyTo) {
      event.preventDefault();
      onReply(null);
    } else if (event.key === 'ArrowUp' && text === '' && !event.altKey) {
      event.preventDefault();
      if (!engine.changes.beginLast(channel)) lastMessage()?.focus();
      else bringIntoView(engine);
    }
  };
  return (
    <footer className="composer-place">
      {replyTo && <ReplyBar channel={channel} message={replyTo} onCancel={() => onReply(null)} />}
      <div className="composer" data-over={left < 0 || undefined}>
        <textarea
          ref={field}
          rows={1}
          value={text}
          aria-label={`Message ${name}`}
          placeholder={`Message ${name}`}
          onChange={event => setText(event.target.value)}
          onKeyDown={onKeyDown}
          enterKeyHint={isSmall ? 'enter' : 'send'}
          aria-describedby={left < MAX_CHARS - COUNT_FROM ? 'composer-count' : undefined}
          aria-invalid={left < 0 || undefined}
        />
        {left < MAX_CHARS - COUNT_FROM && (
          <span className="composer-count" id="composer-count" data-over={left < 0 || undefined}>
            {left}
            <span className="visually-hidden"> characters left</span>
          </span>
        )}
        <IconButton
          label="Send"
          keys={enterSends ? 'Enter' : `${commandKey} Enter`}
          className="composer-send"
          disabled={!canSend}
          onClick={send}
        >
          <SendHorizontal size={19} />
        </IconButton>
      </div>
    </footer>
  );
}

interface ReplyProps {
  channel: string;
  message: string;
  onCancel(): void;
}

function ReplyBar({ channel, message, onCancel }: ReplyProps) {
  const quoted = useQuoted(channel, message);
  return (
    <div className="reply-bar">
      <p>
        Replying to <strong>{quoted ? <MemberName user={quoted.author} /> : '…'}</strong>
        {quoted && <span>{plainText(quoted.text)}</span>}
      </p>
      <IconButton label="Don’t reply" keys="Esc" onClick={onCancel}>
        <X size={16} />
      </IconButton>
    </div>
  );
}

/** The message that is changed may be far above. */
function bringIntoView(engine: Engine): void {
  const { editor } = engine.store.getSnapshot();
  const isShown = editor && document.querySelector(`[data-message="${editor.message}"]`);
  if (editor && !isShown) engine.jumpTo(editor.channel, editor.message);
}

function lastMessage(): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>('[data-message]')].at(-1);
}
