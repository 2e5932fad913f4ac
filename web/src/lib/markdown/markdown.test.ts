import type { Nodes } from 'mdast';
import { describe, expect, test } from 'vitest';
import { isOnlyEmoji } from './emoji';
import { parse } from './parse';
import { plainText } from './plain';

/** A tree in short: `p(text(a) strong(text(b)))`. */
function short(node: Nodes): string {
  const name = node.type === 'paragraph' ? 'p' : node.type;
  if ('children' in node) return `${name}(${node.children.map(child => short(child as Nodes)).join(' ')})`;
  return 'value' in node ? `${name}(${node.value})` : name;
}
const tree = (text: string) => parse(text).children.map(short).join(' ');

test.each([
  ['plain words', 'p(text(plain words))'],
  [
    '**b** *i* ~~s~~ `c`',
    'p(strong(text(b)) text( ) emphasis(text(i)) text( ) delete(text(s)) text( ) inlineCode(c))',
  ],
  ['# big', 'heading(text(big))'],
  ['> said', 'blockquote(p(text(said)))'],
  ['- a\n- b', 'list(listItem(p(text(a))) listItem(p(text(b))))'],
  ['```rs\nlet a;\n```', 'code(let a;)'],
  ['see https://example.org/x.', 'p(text(see ) link(text(https://example.org/x)) text(.))'],
  ['[t](https://example.org)', 'p(link(text(t)))'],
  ['one\ntwo', 'p(text(one\ntwo))'],
])('%s', (text, expected) => {
  expect(tree(text)).toBe(expected);
});

describe('what would surprise people stays text', () => {
  test.each([
    ['<b>bold</b> <script>alert(1)</script>', 'p(text(<b>bold</b> <script>alert(1)</script>))'],
    ['    indented', 'p(text(indented))'],
    ['title\n---', 'p(text(title)) thematicBreak'],
    ['![alt](https://example.org/a.png)', 'p(text(!) link(text(alt)))'],
    ['~one~', 'p(text(~one~))'],
  ])('%s', (text, expected) => {
    expect(tree(text)).toBe(expected);
  });
});

describe('spoilers', () => {
  test.each([
    ['a ||b|| c', 'p(text(a ) spoiler(text(b)) text( c))'],
    ['||**b** c||', 'p(spoiler(strong(text(b)) text( c)))'],
    ['a || b', 'p(text(a ) text(||) text( b))'],
    ['||a|| || b', 'p(spoiler(text(a)) text( ) text(||) text( b))'],
    ['> ||q||', 'blockquote(p(spoiler(text(q))))'],
    ['`a || b || c`', 'p(inlineCode(a || b || c))'],
  ])('%s', (text, expected) => {
    expect(tree(text)).toBe(expected);
  });

  test('are not given away by quotes and announcements', () => {
    expect(plainText('it was ||the butler||, **really**')).toBe('it was ▮▮▮▮, really');
  });
});

test('plain text is one line', () => {
  expect(plainText('# Title\n\n- a\n- b\n\n```\ncode\n```')).toBe('Title a b code');
});

test('only a few emoji, and nothing else, are large', () => {
  for (const text of ['😀', '👍🏽 👩‍🚀', '🇨🇭🏳️‍🌈', '❤️']) expect(isOnlyEmoji(text), text).toBe(true);
  for (const text of ['hi 😀', '1', '12 3', '#', '*', '', ' ', '😀'.repeat(13)])
    expect(isOnlyEmoji(text), text).toBe(false);
});

test('thousands of open marks are parsed in reasonable time', () => {
  const start = performance.now();
  parse('**a ||'.repeat(660));
  parse('[['.repeat(2_000));
  parse('> '.repeat(2_000));
  expect(performance.now() - start).toBeLessThan(2_000);
});
