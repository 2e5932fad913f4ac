import type { Calls } from '../../api/calls';
import { ProblemError, unreachable } from '../../api/problem';
import type { Message } from '../../api/types';
import type { World } from './world';

type Answer = <T>(make: () => T) => Promise<T>;

/** Somebody changes a text; answers the message as it is then. */
export function editMessage(
  world: World,
  channel: string,
  number: number,
  text: string,
): Message | undefined {
  const list = world.messages[channel] ?? [];
  const old = list[number - 1];
  if (!old || old.deleted) return undefined;
  const edited_at = new Date(world.platform.time).toISOString();
  const message = { ...old, text, edited_at, version: (old.version ?? 0) + 1 };
  list[number - 1] = message;
  world.emit(`messages/channel/${channel}`, 'message_edited', { message });
  return message;
}

/** What the server answers to changes; one whose text is "refuse" is refused. */
export function changeCalls(world: World, answer: Answer): Partial<Calls> {
  const find = (channel: string, id: string) => {
    const message = world.messages[channel]?.find(item => item.id === id);
    if (!message) throw new ProblemError({ ...unreachable, status: 404, code: 'not_found' });
    return message;
  };
  return {
    editMessage: (channel, id, { text, version }) =>
      answer(() => {
        const old = find(channel, id);
        const code = text === 'refuse' ? 'text_unfit' : 'stale_edit';
        if (text === 'refuse' || (version ?? 0) !== (old.version ?? 0))
          throw new ProblemError({ ...unreachable, status: 409, code });
        return structuredClone(editMessage(world, channel, old.number, text) ?? old);
      }),
    deleteMessage: (channel, id) =>
      answer(() => {
        const message = find(channel, id);
        if (message.author !== world.me) throw new ProblemError({ ...unreachable, status: 403, code: 'no' });
        world.deleteMessage(channel, message.number);
      }) as ReturnType<Calls['deleteMessage']>,
  };
}
