import type { Message } from '../../api/types';
import type { Pending } from '../../engine/state';
import { dayKey } from '../../lib/time';

const TOGETHER_MS = 7 * 60_000;

/** One line of the conversation with what stands above it. */
export interface Row {
  key: string;
  message: Message;
  pending: Pending | null;
  /** Begins a new day. */
  isNewDay: boolean;
  /** The "New" line stands above it. */
  isFirstNew: boolean;
  /** Shows the author; otherwise it goes on under the author above. */
  isHead: boolean;
}

/** The rows of loaded messages and of those on their way. */
export function makeRows(
  messages: readonly Message[],
  pending: readonly Pending[],
  me: string,
  newAfter: number | null,
): Row[] {
  const rows: Row[] = [];
  let above: Message | null = null;
  let isPastNew = false;
  for (const message of messages) {
    const isNew = newAfter !== null && message.number > newAfter && message.author !== me;
    const isFirstNew = isNew && !isPastNew;
    if (isFirstNew) isPastNew = true;
    rows.push(row(message, null, above, isFirstNew));
    above = message;
  }
  for (const item of pending) {
    if (isAlreadyShown(item, messages, me)) continue;
    const message = asMessage(item, me);
    rows.push(row(message, item, above, false));
    above = message;
  }
  return rows;
}

function row(message: Message, pending: Pending | null, above: Message | null, isFirstNew: boolean): Row {
  const isNewDay = above === null || dayKey(above.sent_at) !== dayKey(message.sent_at);
  const goesOn =
    above !== null &&
    above.author === message.author &&
    !message.reply_to &&
    Date.parse(message.sent_at) - Date.parse(above.sent_at) < TOGETHER_MS;
  const key = pending ? `pending-${pending.nonce}` : message.id;
  return { key, message, pending, isNewDay, isFirstNew, isHead: isNewDay || isFirstNew || !goesOn };
}

/**
 * Whether a message on its way is on screen already: acknowledged and loaded, or, where the connection broke
 * before its acknowledgement, most likely the one that history brought.
 */
function isAlreadyShown(item: Pending, messages: readonly Message[], me: string): boolean {
  if (item.phase === 'acked')
    return (messages.at(-1)?.number ?? 0) >= (item.number ?? Number.POSITIVE_INFINITY);
  const after = item.uncertainAfter;
  if (after === undefined || item.phase === 'failed') return false;
  return messages.some(
    message => message.number > after && message.author === me && message.text === item.text.trimEnd(),
  );
}

function asMessage(item: Pending, me: string): Message {
  return {
    id: `pending-${item.nonce}`,
    channel: item.channel,
    number: item.number ?? 0,
    author: me,
    text: item.text,
    reply_to: item.replyTo,
    sent_at: new Date(item.createdAt).toISOString(),
    deleted: false,
  };
}
