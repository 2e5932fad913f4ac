import { ArrowDown, Check } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { Virtualizer } from 'virtua';
import type { Channel } from '../../api/types';
import type { Timeline } from '../../engine/state';
import { plainText } from '../../lib/markdown/plain';
import { Button } from '../button';
import { useEngine, useMe, useStore } from '../hooks';
import { show } from '../view';
import { Greeting } from './greeting';
import { moveBetweenMessages } from './message-keys';
import { MessageRow } from './message-row';
import { makeRows, type Row } from './rows';
import { MessagesSkeleton } from './skeleton';
import { useScroll } from './use-scroll';

interface Props {
  channel: Channel;
  name: string;
  onReply(message: string): void;
}

const nothing: never[] = [];

/** What was said in a channel, in whatever state its loading is. */
export function MessageList(props: Props) {
  const engine = useEngine();
  const timeline = useStore(state => state.timelines[props.channel.id]);
  if (timeline?.phase === 'failed') {
    return (
      <div className="messages-failed" role="alert">
        <h2>{timeline.problem?.title ?? 'The messages can’t be shown'}</h2>
        <p>{timeline.problem?.detail}</p>
        <Button tone="quiet" onClick={() => void engine.history.retry(props.channel.id)}>
          Try again
        </Button>
      </div>
    );
  }
  if (timeline?.phase !== 'ready') return <MessagesSkeleton />;
  return <LoadedMessages key={timeline.epoch} {...props} timeline={timeline} />;
}

function LoadedMessages({ channel, name, onReply, timeline }: Props & { timeline: Timeline }) {
  const me = useMe();
  const pending = useStore(state => state.outbox[channel.id]) ?? nothing;
  const { messages, newAfter, atStart, atEnd } = timeline;
  const shownPending = atEnd ? pending : nothing;
  const rows = useMemo(
    () => makeRows(messages, shownPending, me, newAfter),
    [messages, shownPending, me, newAfter],
  );
  const scroll = useScroll(channel.id, timeline, rows);
  useAnnouncements(rows, me);
  return (
    <div className="messages-place">
      <MissedBar channel={channel.id} timeline={timeline} onJump={scroll.jumpToNew} />
      {timeline.loadingBefore && <p className="loading-pill">Loading earlier messages…</p>}
      <div
        ref={scroll.scroller}
        className="messages"
        role="log"
        aria-label={`Messages in ${name}`}
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
        tabIndex={0}
        onKeyDown={moveBetweenMessages}
      >
        <div ref={scroll.content} className="messages-content">
          <div className="messages-spring" />
          {rows.length === 0 && <Greeting channel={channel} name={name} />}
          <Virtualizer
            ref={scroll.virtualizer}
            scrollRef={scroll.scroller}
            shift={scroll.shift}
            bufferSize={600}
            onScroll={scroll.onScroll}
          >
            {rows.map((row, index) => (
              <div key={row.key}>
                {index === 0 && atStart && <Greeting channel={channel} name={name} />}
                <MessageRow
                  {...row}
                  isOwn={row.message.author === me}
                  isTarget={scroll.target === row.message.id}
                  onReply={onReply}
                />
              </div>
            ))}
          </Virtualizer>
          <div className="messages-end" />
        </div>
      </div>
      <JumpPill channel={channel.id} isFar={scroll.isFar || !atEnd} onJump={scroll.toPresent} />
    </div>
  );
}

/** New messages of others are said to screen readers; scrolling through old ones is not. */
function useAnnouncements(rows: readonly Row[], me: string): void {
  const users = useStore(state => state.users);
  const blocks = useStore(state => state.blocks);
  const last = rows.at(-1);
  const said = useRef(last?.message.number ?? 0);
  useEffect(() => {
    if (!last || last.pending || last.message.number <= said.current) return;
    said.current = last.message.number;
    if (last.message.author === me || blocks?.[last.message.author]) return;
    const name = users[last.message.author]?.display_name ?? 'Someone';
    show.announce(`${name}: ${plainText(last.message.text)}`);
  }, [last, me, users, blocks]);
}

interface MissedProps {
  channel: string;
  timeline: Timeline;
  onJump(): void;
}

/** Many new messages, the first of them not loaded: offers the way there. */
function MissedBar({ channel, timeline, onJump }: MissedProps) {
  const engine = useEngine();
  const head = useStore(state => state.heads[channel]);
  const { newAfter, messages } = timeline;
  const first = messages[0]?.number ?? 0;
  if (newAfter === null || newAfter + 1 >= first || !head || !timeline.atEnd) return null;
  const count = head.number - newAfter;
  return (
    <div className="missed">
      <button type="button" className="missed-jump" onClick={onJump}>
        {count.toLocaleString()} new messages. Jump to the first
      </button>
      <button type="button" className="missed-done" onClick={() => engine.history.forgetNew(channel)}>
        Dismiss <Check size={14} aria-hidden="true" />
      </button>
    </div>
  );
}

interface JumpProps {
  channel: string;
  isFar: boolean;
  onJump(): void;
}

function JumpPill({ channel, isFar, onJump }: JumpProps) {
  const unread = useStore(state => {
    const head = state.heads[channel];
    return head ? head.number - head.marker : 0;
  });
  if (!isFar) return null;
  return (
    <button type="button" className="jump" data-unread={unread > 0 || undefined} onClick={onJump}>
      <ArrowDown size={16} aria-hidden="true" />
      {unread > 0 ? `${unread} new` : 'Jump to present'}
    </button>
  );
}
