import type { Nodes } from 'mdast';
import { Fragment, memo, type ReactNode, useState } from 'react';
import { parse } from '../../lib/markdown/parse';
import { CodeBlock } from './code-block';

/** A message's text from its syntax tree; never from an HTML string. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return <>{children(parse(text).children)}</>;
});

function children(nodes: readonly Nodes[]): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: a tree never changes once it is parsed
  return nodes.map((node, index) => <Fragment key={index}>{render(node)}</Fragment>);
}

function render(node: Nodes): ReactNode {
  switch (node.type) {
    case 'paragraph':
      return <p>{children(node.children)}</p>;
    case 'heading': {
      // Headings of messages come below those of the page.
      const Tag = (['h3', 'h4', 'h5'] as const)[Math.min(node.depth, 3) - 1] ?? 'h5';
      return <Tag>{children(node.children)}</Tag>;
    }
    case 'text':
      return node.value;
    case 'html':
      return node.value;
    case 'strong':
      return <strong>{children(node.children)}</strong>;
    case 'emphasis':
      return <em>{children(node.children)}</em>;
    case 'delete':
      return <del>{children(node.children)}</del>;
    case 'inlineCode':
      return <code>{node.value}</code>;
    case 'code':
      return <CodeBlock code={node.value} language={node.lang ?? ''} />;
    case 'blockquote':
      return <blockquote>{children(node.children)}</blockquote>;
    case 'list':
      return node.ordered ? (
        <ol start={node.start ?? 1}>{children(node.children)}</ol>
      ) : (
        <ul>{children(node.children)}</ul>
      );
    case 'listItem':
      return <li>{children(node.children)}</li>;
    case 'thematicBreak':
      return <hr />;
    case 'break':
      return <br />;
    case 'link':
      return <SafeLink url={node.url}>{children(node.children)}</SafeLink>;
    case 'spoiler':
      return <SpoilerText>{children(node.children)}</SpoilerText>;
    default:
      return 'children' in node ? children(node.children as Nodes[]) : null;
  }
}

/** Only addresses of the web and of mail become links. */
function SafeLink({ url, children: inside }: { url: string; children: ReactNode }) {
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return <>{inside}</>;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer nofollow" title={url}>
      {inside}
    </a>
  );
}

function SpoilerText({ children: inside }: { children: ReactNode }) {
  const [isShown, setShown] = useState(false);
  if (isShown)
    return (
      <span className="spoiler" data-shown="">
        {inside}
      </span>
    );
  return (
    <button type="button" className="spoiler" aria-label="Spoiler: show it" onClick={() => setShown(true)}>
      <span aria-hidden="true" inert>
        {inside}
      </span>
    </button>
  );
}
