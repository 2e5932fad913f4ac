import { expect, test } from 'vitest';
import { UNDO_MS } from './changes';
import { editMessage } from './testing/changes';
import { show, start } from './testing/start';

async function talking() {
  const all = await start();
  const { world, channel } = all;
  world.say(channel, '1', 'mine');
  world.say(channel, '2', 'theirs');
  await show(all, channel);
  const shown = (number: number) => {
    const message = all.state().timelines[channel]?.messages.find(item => item.number === number);
    if (!message) throw new Error(`no message ${number}`);
    return message;
  };
  return { ...all, shown };
}

test('a change of somebody else appears, also in a quote', async () => {
  const { world, channel, platform, shown } = await talking();
  editMessage(world, channel, 2, 'theirs, changed');
  await platform.pass(100);
  expect(shown(2)).toMatchObject({ text: 'theirs, changed', version: 1 });
});

test('an own change is shown at once and saved', async () => {
  const { world, channel, engine, platform, state, shown } = await talking();
  expect(engine.changes.beginLast(channel)).toBe(true);
  expect(state().editor).toMatchObject({ message: shown(1).id, text: 'mine' });
  engine.changes.write('mine, changed');
  const saved = engine.changes.save();
  expect(state().edits[shown(1).id]).toBe('mine, changed');
  expect(state().editor).toBeNull();
  await saved;
  await platform.pass(100);
  expect(shown(1).text).toBe('mine, changed');
  expect(world.messages[channel]?.[0]?.text).toBe('mine, changed');
  expect(state().edits).toEqual({});
});

test('what is refused stands as before, and the editor is there again with the reason', async () => {
  const { engine, platform, state, shown } = await talking();
  engine.changes.begin(shown(1));
  engine.changes.write('refuse');
  await engine.changes.save();
  await platform.pass(100);
  expect(shown(1).text).toBe('mine');
  expect(state().edits).toEqual({});
  expect(state().editor).toMatchObject({ text: 'refuse', problem: { code: 'text_unfit' } });
});

test('a text that was changed elsewhere meanwhile is shown before it is overwritten', async () => {
  const { world, channel, engine, platform, state, shown } = await talking();
  engine.changes.begin(shown(1));
  engine.changes.write('from here');
  editMessage(world, channel, 1, 'from the phone');
  await platform.pass(100);
  await engine.changes.save();
  expect(state().editor).toMatchObject({ text: 'from here', problem: { code: 'stale_edit' } });
  expect(shown(1).text).toBe('from the phone');
  await engine.changes.save();
  expect(shown(1)).toMatchObject({ text: 'from here', version: 2 });
});

test('a deletion can be undone for a moment, and then goes', async () => {
  const { world, channel, engine, platform, state, shown } = await talking();
  const first = engine.changes.remove(channel, shown(1).id);
  expect(state().leaving).toEqual({ [shown(1).id]: true });
  expect(engine.changes.beginLast(channel)).toBe(false);
  engine.changes.undo(shown(1).id);
  await first;
  await platform.pass(UNDO_MS * 2);
  expect(state().leaving).toEqual({});
  expect(world.messages[channel]?.[0]?.deleted).toBe(false);
  const second = engine.changes.remove(channel, shown(1).id);
  await platform.pass(UNDO_MS + 100);
  await second;
  expect(world.messages[channel]?.[0]?.deleted).toBe(true);
  expect([shown(1).deleted, state().leaving]).toEqual([true, {}]);
});

test('a deletion goes at once when the page goes, and comes back when it is refused', async () => {
  const { world, channel, engine, platform, state, shown } = await talking();
  const own = engine.changes.remove(channel, shown(1).id);
  const other = engine.changes.remove(channel, shown(2).id).catch(error => error.problem.code);
  engine.changes.flush();
  await platform.pass(100);
  await own;
  expect(await other).toBe('no');
  expect(world.messages[channel]?.map(({ deleted }) => deleted)).toEqual([true, false]);
  expect([shown(2).deleted, state().leaving]).toEqual([false, {}]);
});

test('an older page that was on its way is brought up to what happened meanwhile', async () => {
  const all = await start();
  const { world, channel, engine, platform } = all;
  for (let n = 1; n <= 120; n += 1) world.say(channel, '2', `text ${n}`);
  await show(all, channel);
  const history = world.history.bind(world);
  world.history = (...args) => {
    const page = history(...args);
    editMessage(world, channel, 30, 'changed meanwhile');
    return page;
  };
  await engine.history.loadBefore(channel);
  await platform.pass(1_000);
  const found = all.state().timelines[channel]?.messages.find(({ number }) => number === 30);
  expect(found?.text).toBe('changed meanwhile');
});
