import { CircleAlert } from 'lucide-react';
import { memo, useState } from 'react';
import type { Message } from '../../api/types';
import type { Pending } from '../../engine/state';
import { isOnlyEmoji } from '../../lib/markdown/emoji';
import { clockTime, dayName, fullTime, stamp } from '../../lib/time';
import { Avatar } from '../avatar';
import { useEngine, useStore } from '../hooks';
import { Markdown } from '../markdown/markdown';
import { MemberName } from '../roles/role-name';
import { isFoldedIn } from '../selectors';
import { Tip } from '../tip';
import { show } from '../view';
import { changeByKey } from './changing';
import { EditedMark } from './edited-mark';
import { Leaving } from './leaving';
import { MessageEditor } from './message-editor';
import { MessageTools } from './message-tools';
import { Quote } from './quote';
import type { Row } from './rows';

interface Props extends Omit<Row, 'key'> {
  isOwn: boolean;
  isTarget: boolean;
  onReply(message: string): void;
}

/** One message with the day line, the "New" line and the author above it, as far as they belong there. */
export const MessageRow = memo(function MessageRow(props: Props) {
  const { message, pending, isNewDay, isFirstNew, isHead, isTarget, isOwn, onReply } = props;
  const engine = useEngine();
  const [isActive, setActive] = useState(false);
  const isEdited = useStore(({ editor }) => editor?.message === message.id) && !message.deleted;
  const isLeaving = useStore(({ leaving }) => message.id in leaving) && !message.deleted;
  return (
    <>
      {(isNewDay || isFirstNew) && <Line day={isNewDay ? message.sent_at : null} isNew={isFirstNew} />}
      <article
        className="message"
        data-message={message.id}
        data-head={isHead || undefined}
        data-target={isTarget || undefined}
        data-phase={pending?.phase}
        data-own={isOwn || undefined}
        aria-labelledby={`by-${message.id} text-${message.id}`}
        tabIndex={-1}
        onPointerMove={() => isActive || setActive(true)}
        onPointerLeave={() => setActive(false)}
        onFocus={() => setActive(true)}
        onBlur={({ currentTarget, relatedTarget }) => {
          const stays = currentTarget.contains(relatedTarget) || currentTarget.matches(':hover');
          if (!stays) setActive(false);
        }}
        onKeyDown={event => {
          if (event.target !== event.currentTarget || pending || message.deleted) return;
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          if (event.key === 'r') onReply(message.id);
          else if (!changeByKey(engine, event.key, message)) return;
          event.preventDefault();
        }}
      >
        {message.reply_to && <Quote channel={message.channel} message={message.reply_to} />}
        <div className="message-body">
          {isHead ? <Face user={message.author} /> : <SideTime at={message.sent_at} />}
          <div className="message-main">
            {isHead ? (
              <MessageHead message={message} />
            ) : (
              <span className="visually-hidden" id={`by-${message.id}`}>
                <MemberName user={message.author} />, {clockTime(message.sent_at)}
              </span>
            )}
            {isEdited ? (
              <MessageEditor message={message} />
            ) : isLeaving ? (
              <Leaving message={message} />
            ) : (
              <MessageText message={message} />
            )}
            {pending?.phase === 'failed' && <NotSent pending={pending} />}
          </div>
        </div>
        {isActive && !pending && !message.deleted && !isEdited && !isLeaving && (
          <MessageTools message={message} onReply={() => onReply(message.id)} />
        )}
      </article>
    </>
  );
});

function Line({ day, isNew }: { day: string | null; isNew: boolean }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a line with words in it
    <div className="line" role="separator" data-new={isNew || undefined}>
      {day && <span className="line-day">{dayName(day)}</span>}
      {isNew && <span className="line-new">New</span>}
    </div>
  );
}

function Face({ user }: { user: string }) {
  return (
    <button
      type="button"
      className="face"
      tabIndex={-1}
      aria-hidden="true"
      onClick={event => show.profile(user, event.currentTarget)}
    >
      <Avatar user={user} />
    </button>
  );
}

function MessageHead({ message }: { message: Message }) {
  return (
    <div className="message-head" id={`by-${message.id}`}>
      <button
        type="button"
        className="author"
        onClick={event => show.profile(message.author, event.currentTarget)}
      >
        <MemberName user={message.author} />
      </button>
      <Tip text={fullTime(message.sent_at)}>
        <time dateTime={message.sent_at}>{stamp(message.sent_at)}</time>
      </Tip>
    </div>
  );
}

function SideTime({ at }: { at: string }) {
  return (
    <Tip text={fullTime(at)}>
      <time className="side-time" dateTime={at} aria-hidden="true">
        {clockTime(at)}
      </time>
    </Tip>
  );
}

function MessageText({ message }: { message: Message }) {
  const edited = useStore(({ edits }) => edits[message.id]);
  const id = `text-${message.id}`;
  const [isUnfolded, unfold] = useState(false);
  const isFolded = useStore(state => isFoldedIn(state, message)) && !isUnfolded;
  if (message.deleted) {
    return (
      <p className="tombstone" id={id}>
        This message was deleted.
      </p>
    );
  }
  if (isFolded) {
    return (
      <p className="tombstone" id={id}>
        From somebody you have blocked.
        <button type="button" className="unfold" onClick={() => unfold(true)}>
          Show
        </button>
      </p>
    );
  }
  const text = edited ?? message.text;
  return (
    <div
      className="text"
      id={id}
      data-emoji={isOnlyEmoji(text) || undefined}
      data-saving={edited !== undefined || undefined}
    >
      <Markdown text={text} />
      {message.edited_at && <EditedMark message={message} />}
    </div>
  );
}

function NotSent({ pending }: { pending: Pending }) {
  const engine = useEngine();
  return (
    <p className="not-sent" role="alert">
      <CircleAlert size={14} aria-hidden="true" />
      <span>Not sent: {pending.problem?.detail ?? 'it couldn’t be delivered.'}</span>
      <button type="button" onClick={() => engine.outbox.retry(pending.nonce)}>
        Retry
      </button>
      <button type="button" onClick={() => engine.outbox.settle(pending.nonce)}>
        Delete
      </button>
    </p>
  );
}
