import { problemOf } from '../../api/problem';
import type { Message } from '../../api/types';
import type { Engine } from '../../engine/engine';
import type { State } from '../../engine/state';
import { has } from '../../lib/permissions';
import { permissionsIn } from '../roles/standing';
import { show } from '../view';

/** Whether the person may delete a message, and see what it said before. */
export function mayDelete(state: State, me: string, message: Message): boolean {
  if (message.author === me) return true;
  const guild = state.channels[message.channel]?.guild;
  if (!guild) return false;
  const here = state.standings[guild]?.inChannels[message.channel] ?? permissionsIn(state, guild);
  return has(here, 'manageMessages');
}

/** Deletes a message in a moment. */
export function remove(engine: Engine, { channel, id }: Message): void {
  engine.changes.remove(channel, id).catch(error => {
    show.toast(`The message wasn’t deleted: ${problemOf(error).detail}`, 'bad');
  });
}

/** What the keys E and Delete do with a message. False: nothing. */
export function changeByKey(engine: Engine, key: string, message: Message): boolean {
  const state = engine.store.getSnapshot();
  const me = state.session.phase === 'signed_in' ? state.session.me.id : '';
  const isDelete = key === 'Delete' || key === 'Backspace';
  if (key === 'e' && message.author === me) engine.changes.begin(message);
  else if (isDelete && mayDelete(state, me, message)) remove(engine, message);
  else return false;
  return true;
}
