import { expect, test } from 'vitest';
import { apply } from './apply';
import { initialState, type State } from './state';
import type { StreamEvent } from './wire';

const guild = '10';
const member = (user: string) => ({ guild, user, joined_at: '2026-01-01T00:00:00Z', roles: [] });
const until = '2026-01-02T00:00:00Z';

const state: State = {
  ...initialState,
  members: { [guild]: { items: [member('1'), member('2')], phase: 'ready', next: null } },
  standings: { [guild]: { permissions: 3, inChannels: {}, timedOutUntil: null } },
};

const edited = (user: string, data: object): StreamEvent => ({
  stream: `guilds/guild/${guild}`,
  seq: 1,
  id: '99',
  at: until,
  kind: 'member_edited',
  data: { guild, user, ...data },
});

test('a member is called and silenced as the guild says', () => {
  const { state: next, effects } = apply(
    state,
    edited('2', { nickname: 'Bob', timed_out_until: until }),
    '1',
  );
  expect(next.members[guild]?.items[1]).toMatchObject({ user: '2', nickname: 'Bob', timed_out_until: until });
  expect(next.members[guild]?.items[0]).toEqual(member('1'));
  expect(next.standings).toBe(state.standings);
  expect(effects).toEqual([]);
});

test('one’s own time-out is known without a list of members, and taken back', () => {
  const alone = { ...state, members: {} };
  const silent = apply(alone, edited('1', { timed_out_until: until }), '1').state;
  expect(silent.standings[guild]?.timedOutUntil).toBe(until);
  expect(apply(silent, edited('1', {}), '1').state.standings[guild]?.timedOutUntil).toBeNull();
});
