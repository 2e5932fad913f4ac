import type { Window } from '../api/calls';
import type { Message, Page } from '../api/types';
import type { Timeline } from './state';

/** How many messages a channel keeps when another one is shown. */
export const MAX_KEPT = 200;

export const emptyTimeline: Timeline = {
  phase: 'loading',
  messages: [],
  atStart: false,
  atEnd: false,
  epoch: 0,
  loadingBefore: false,
  loadingAfter: false,
  newAfter: null,
  target: null,
};

/** A timeline that starts anew from one page: the newest, or the surroundings of a message. */
export function fromPage(timeline: Timeline, page: Page<Message>, window: Window, head: number): Timeline {
  const messages = page.items;
  const last = messages.at(-1);
  const newest = window.around === undefined;
  return {
    ...timeline,
    phase: 'ready',
    problem: undefined,
    epoch: timeline.epoch + 1,
    messages,
    atStart: messages.length === 0 || messages[0]?.number === 1,
    atEnd: newest || (last?.number ?? 0) >= head,
    loadingBefore: false,
    loadingAfter: false,
    target: null,
  };
}

/** Older messages in front. What is already loaded stays as it is. */
export function prepend(timeline: Timeline, page: Page<Message>): Timeline {
  const first = timeline.messages[0]?.number ?? Number.POSITIVE_INFINITY;
  const older = page.items.filter(message => message.number < first);
  const messages = [...older, ...timeline.messages];
  return {
    ...timeline,
    messages,
    atStart: page.items.length === 0 || messages[0]?.number === 1,
    loadingBefore: false,
  };
}

/** Newer messages behind. */
export function append(timeline: Timeline, page: Page<Message>, head: number): Timeline {
  const last = timeline.messages.at(-1)?.number ?? 0;
  const newer = page.items.filter(message => message.number > last);
  const messages = [...timeline.messages, ...newer];
  const reached = messages.at(-1)?.number ?? 0;
  return {
    ...timeline,
    messages,
    atEnd: page.items.length === 0 || (!page.next && reached >= head),
    loadingAfter: false,
  };
}

/** A live message at the end. Repeats change nothing; a hole means that the end isn't loaded after all. */
export function receive(timeline: Timeline, message: Message): Timeline {
  if (timeline.phase !== 'ready' || !timeline.atEnd) return timeline;
  const last = timeline.messages.at(-1)?.number ?? message.number - 1;
  if (message.number <= last) return timeline;
  if (message.number > last + 1) return { ...timeline, atEnd: false };
  const atStart = timeline.atStart || message.number === 1;
  return { ...timeline, messages: [...timeline.messages, message], atStart };
}

/** A message as it is now, wherever it is loaded. One that is known to be further stays. */
export function replace(timeline: Timeline, message: Message): Timeline {
  const index = timeline.messages.findIndex(item => item.id === message.id);
  const found = timeline.messages[index];
  if (!found || !isLater(message, found)) return timeline;
  return { ...timeline, messages: timeline.messages.with(index, message) };
}

/** Whether this is the same message after another change. */
export const isLater = (message: Message, than: Message): boolean =>
  !than.deleted && (message.deleted || (message.version ?? 0) > (than.version ?? 0));

/** Turns a message into its tombstone, wherever it is loaded. */
export function bury(timeline: Timeline, message: string): Timeline {
  const index = timeline.messages.findIndex(item => item.id === message);
  const found = timeline.messages[index];
  if (!found || found.deleted) return timeline;
  return { ...timeline, messages: timeline.messages.with(index, { ...found, text: '', deleted: true }) };
}

/** What stays of a timeline whose channel is left: the newest messages. */
export function trim(timeline: Timeline): Timeline {
  if (!timeline.atEnd || timeline.messages.length <= MAX_KEPT) return timeline;
  return { ...timeline, messages: timeline.messages.slice(-MAX_KEPT), atStart: false };
}
