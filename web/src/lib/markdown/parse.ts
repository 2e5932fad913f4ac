import type { PhrasingContent, Root, RootContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmAutolinkLiteralFromMarkdown } from 'mdast-util-gfm-autolink-literal';
import { gfmStrikethroughFromMarkdown } from 'mdast-util-gfm-strikethrough';
import { gfmAutolinkLiteral } from 'micromark-extension-gfm-autolink-literal';
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough';

/** Text that is hidden until it is asked for: `||so||`. */
export interface Spoiler {
  type: 'spoiler';
  children: PhrasingContent[];
}

declare module 'mdast' {
  interface PhrasingContentMap {
    spoiler: Spoiler;
  }
  interface RootContentMap {
    spoiler: Spoiler;
  }
}

// Chat isn't a document: HTML stays text, and what surprises people in a message isn't there.
const chat = {
  disable: {
    null: ['htmlFlow', 'htmlText', 'codeIndented', 'setextUnderline', 'definition', 'labelStartImage'],
  },
};

const MAX_KEPT = 2_000;
const kept = new Map<string, Root>();

/** The syntax tree of a message. Trees are kept, for scrolling back and forth. */
export function parse(text: string): Root {
  const known = kept.get(text);
  if (known) return known;
  const tree = parseAnew(text);
  if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value ?? '');
  kept.set(text, tree);
  return tree;
}

function parseAnew(text: string): Root {
  // Most messages are plain words: no need to ask the parser.
  if (/^(?! )[\p{L}\p{M} ,!?'"’…()]+$/u.test(text)) {
    return { type: 'root', children: [{ type: 'paragraph', children: [{ type: 'text', value: text }] }] };
  }
  const tree = fromMarkdown(text, {
    extensions: [gfmStrikethrough({ singleTilde: false }), gfmAutolinkLiteral(), chat],
    mdastExtensions: [gfmStrikethroughFromMarkdown(), gfmAutolinkLiteralFromMarkdown()],
  });
  hideSpoilers(tree.children);
  return tree;
}

function hideSpoilers(nodes: RootContent[]): void {
  for (const node of nodes) {
    if (!('children' in node)) continue;
    if (node.type === 'paragraph' || node.type === 'heading') node.children = withSpoilers(node.children);
    else hideSpoilers(node.children as RootContent[]);
  }
}

/** Folds what stands between two `||` into a spoiler; a lone `||` stays as it is. */
export function withSpoilers(nodes: readonly PhrasingContent[]): PhrasingContent[] {
  const pieces = nodes.flatMap(splitAtBars);
  const bars = pieces.filter(piece => piece === '||').length;
  const result: PhrasingContent[] = [];
  let seen = 0;
  let open: PhrasingContent[] | null = null;
  for (const piece of pieces) {
    if (piece !== '||') {
      (open ?? result).push(piece);
      continue;
    }
    seen += 1;
    if (open) {
      result.push({ type: 'spoiler', children: open });
      open = null;
    } else if (seen < bars) open = [];
    else result.push({ type: 'text', value: '||' });
  }
  return result;
}

function splitAtBars(node: PhrasingContent): (PhrasingContent | '||')[] {
  if (node.type !== 'text' || !node.value.includes('||')) return [node];
  return node.value
    .split(/(\|\|)/)
    .filter(part => part !== '')
    .map(part => (part === '||' ? '||' : { type: 'text', value: part }));
}
