import type { Nodes } from 'mdast';
import { parse } from './parse';

/** A message in one line without its marks: for quotes and announcements. Spoilers stay hidden. */
export function plainText(text: string): string {
  return gather(parse(text)).replaceAll(/\s+/g, ' ').trim();
}

function gather(node: Nodes): string {
  if (node.type === 'spoiler') return '▮▮▮▮';
  if (node.type === 'break') return ' ';
  if ('value' in node) return node.value;
  if (!('children' in node)) return '';
  const isBlock = node.type !== 'paragraph' && node.type !== 'heading';
  return node.children.map(child => gather(child as Nodes)).join(isBlock ? ' ' : '');
}
