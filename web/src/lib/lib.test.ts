import { expect, test } from 'vitest';
import { inviteCode } from '../pages/join';
import { keepNext, nextPath } from '../pages/next';
import { emailError, nameError } from '../pages/rules';
import { withMark } from '../ui/composer/formatting';
import { scoreOf } from '../ui/dialogs/score';
import { hueOf, initials } from './identity';
import { bytesOf, textOf } from './passkeys';
import { strengthOf } from './password';
import { dayName, stamp } from './time';

test('initials are letters that go together', () => {
  const names = {
    'Ada Lovelace': 'AL',
    sam: 'S',
    'Mei Lin 林美': 'ML',
    '佐藤 潤': '佐',
    'Noor نور': 'N',
    '🦉': '🦉',
    '': '?',
  };
  for (const [name, expected] of Object.entries(names)) expect(initials(name), name).toBe(expected);
});

test('hues are stable and well spread', () => {
  expect(hueOf('7301234567890123')).toBe(hueOf('7301234567890123'));
  const counts = new Map<number, number>();
  for (let id = 0; id < 1_200; id += 1) {
    const hue = hueOf(String(249_858_537_109_323_776n + BigInt(id) * 64n));
    counts.set(hue, (counts.get(hue) ?? 0) + 1);
  }
  expect(counts.size).toBe(12);
  expect(Math.max(...counts.values())).toBeLessThan(200);
});

test('days are named as people name them', () => {
  const now = new Date(2026, 5, 10, 9).getTime();
  const at = (day: number, hour = 12) => new Date(2026, 5, day, hour).toISOString();
  expect(dayName(at(10, 1), now)).toMatch(/^Today$/i);
  expect(dayName(at(9, 23), now)).toMatch(/^Yesterday$/i);
  expect(dayName(at(1), now)).toContain('June');
  expect(stamp(at(9), now)).toMatch(/^Yesterday, /i);
  expect(stamp(at(1), now)).not.toContain('2026');
  expect(stamp(new Date(2025, 5, 1).toISOString(), now)).toContain('2025');
});

test('weak passwords are told apart', () => {
  expect(strengthOf('short').score).toBe(0);
  expect(strengthOf('password1234').score).toBe(1);
  expect(strengthOf('aaaaaaaaaaaa').score).toBe(1);
  expect(strengthOf('correct horse battery staple').score).toBeGreaterThanOrEqual(3);
});

test('after signing in one goes on to our own pages only', () => {
  expect(nextPath(keepNext('/invite/abc?accept'))).toBe('/invite/abc?accept');
  for (const bad of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)']) {
    expect(nextPath(`?next=${encodeURIComponent(bad)}`), bad).toBe('/');
  }
  expect(nextPath('')).toBe('/');
});

test('an invite is taken as a link or as its code', () => {
  for (const text of ['J2JFzOuo7OBslMwzthf7iA', ' https://chat.example/invite/J2JFzOuo7OBslMwzthf7iA?x=1 ']) {
    expect(inviteCode(text)).toBe('J2JFzOuo7OBslMwzthf7iA');
  }
  for (const text of ['', 'not a link', 'https://chat.example/other']) expect(inviteCode(text)).toBe(null);
});

test('forms say what is wrong', () => {
  expect(emailError('ada@example.org')).toBe(null);
  expect(emailError('ada')).not.toBe(null);
  expect(nameError('  ')).not.toBe(null);
  expect(nameError('x'.repeat(81))).not.toBe(null);
  expect(nameError('😀'.repeat(80))).toBe(null);
});

test('marks are put around a selection, and taken away again', () => {
  expect(withMark('a b c', 2, 3, '**')).toEqual({ from: 2, to: 3, insert: '**b**', select: 4 });
  expect(withMark('a **b** c', 4, 5, '**')).toEqual({ from: 2, to: 7, insert: 'b', select: 2 });
  expect(withMark('', 0, 0, '`')).toEqual({ from: 0, to: 0, insert: '``', select: 1 });
});

test('the better a name fits what was typed, the higher it stands', () => {
  const order = ['raid', 'raid-night', 'old-raid', 'afraid', 'r-a-i-d', 'general'];
  const scores = order.map(name => scoreOf(name, 'raid'));
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(new Set(scores).size).toBe(order.length);
  expect(scores.at(-1)).toBe(0);
});

test('bytes of passkeys are spelled in base64url, and back', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
  const text = textOf(bytes.buffer);
  expect(text).toMatch(/^[A-Za-z0-9_-]{342}$/);
  expect(bytesOf(text)).toEqual(bytes);
  expect([bytesOf('-_8'), textOf(new Uint8Array().buffer)]).toEqual([Uint8Array.of(251, 255), '']);
});
