import { beforeEach, expect, test } from 'vitest';
import { ProblemError, unreachable } from '../api/problem';
import type { SignedIn } from '../api/types';
import { Session, SIGNED_IN_KEY } from './session';
import { FakePlatform } from './testing/platform';

let platform: FakePlatform;
let session: Session;
let refreshes: number;
let refusal: ProblemError | null;
let mailed: boolean;
let asksForMore: boolean;
let log: string[];

const refused = new ProblemError({ ...unreachable, status: 401, code: 'session_over' });

function answer(): SignedIn {
  const user = {
    id: '1',
    email: 'a@b',
    display_name: 'A',
    operator: false,
    created_at: '2026-01-01T00:00:00Z',
  };
  return { user, access_token: `token-${refreshes}`, expires_in: 900 };
}

beforeEach(() => {
  platform = new FakePlatform();
  refreshes = 0;
  refusal = null;
  mailed = false;
  asksForMore = false;
  log = [];
  const calls = {
    logIn: async () => (asksForMore ? { challenge: 'c', expires_in: 300 } : answer()),
    secondFactor: async () => answer(),
    register: async () => (mailed ? { email: 'a@b' } : answer()),
    refresh: async () => {
      refreshes += 1;
      await Promise.resolve();
      if (refusal) throw refusal;
      return answer();
    },
  };
  session = new Session(platform, calls as never, {
    signedIn: () => log.push('in'),
    signedOut: expired => log.push(expired ? 'expired' : 'out'),
    stalled: problem => log.push(problem.code),
  });
});

test('a browser that never signed in asks nothing', async () => {
  await session.start();
  expect(refreshes).toBe(0);
  expect(log).toEqual(['out']);
  expect(await session.token()).toBe(null);
});

test('a second factor that is asked for signs in, and the password alone does not', async () => {
  asksForMore = true;
  expect(await session.logIn({ email: 'a@b', password: 'x' })).toEqual({ challenge: 'c', expires_in: 300 });
  expect([log, await session.token()]).toEqual([[], null]);
  await session.secondFactor('c', '123456');
  expect(log).toEqual(['in']);
});

test('registering signs in, or leaves the rest to a mail', async () => {
  const registration = { email: 'a@b', password: 'x', display_name: 'A' };
  mailed = true;
  expect(await session.register(registration)).toBe('mail sent');
  expect(await session.token()).toBe(null);
  expect(platform.storage.get(SIGNED_IN_KEY)).toBe(null);
  mailed = false;
  expect(await session.register(registration)).toBe('signed in');
  expect(log).toEqual(['in']);
});

test('a token is kept while it lives, and renewed ahead of its end', async () => {
  await session.logIn({ email: 'a@b', password: 'x' });
  expect(await session.token()).toBe('token-0');
  await platform.pass(700_000);
  expect(refreshes).toBe(0);
  await platform.pass(30_000);
  expect(refreshes).toBe(1);
  expect(await session.token()).toBe('token-1');
});

test('many who need a token wait for one renewal', async () => {
  await session.logIn({ email: 'a@b', password: 'x' });
  platform.time += 1_000_000;
  const tokens = await Promise.all([session.token(), session.token(), session.refresh()]);
  expect(refreshes).toBe(1);
  expect(tokens).toEqual(['token-1', 'token-1', true]);
});

test('a refused renewal signs out, here and in the tabs that watch the storage', async () => {
  await session.logIn({ email: 'a@b', password: 'x' });
  expect(platform.storage.get(SIGNED_IN_KEY)).toBe('1');
  refusal = refused;
  expect(await session.refresh()).toBe(false);
  expect(log).toEqual(['in', 'expired']);
  expect(platform.storage.get(SIGNED_IN_KEY)).toBe(null);
  expect(await session.token()).toBe(null);
});

test('a server that is away signs nobody out, and is asked again', async () => {
  platform.storage.set(SIGNED_IN_KEY, '1');
  refusal = new ProblemError(unreachable);
  await session.start();
  expect(log).toEqual(['unreachable']);
  refusal = null;
  await platform.pass(2_000);
  expect(log).toEqual(['unreachable', 'in']);
});
