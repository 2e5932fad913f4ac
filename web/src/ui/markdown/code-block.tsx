import type { ElementContent, Root, RootContent } from 'hast';
import { Check, Copy } from 'lucide-react';
import { Fragment, type ReactNode, useEffect, useState } from 'react';
import { copy } from '../../lib/clipboard';

/** A block of code; its colours come a moment later, with the highlighter. */
export function CodeBlock({ code, language }: { code: string; language: string }) {
  const [tree, setTree] = useState<Root | null>(null);
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    let isCurrent = true;
    if (!language) return;
    import('../../lib/highlight').then(
      ({ highlight }) => isCurrent && setTree(highlight(code, language)),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [code, language]);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <div className="code">
      {language && <span className="code-language">{language}</span>}
      <button
        type="button"
        className="icon-button code-copy"
        aria-label={isCopied ? 'Copied' : 'Copy code'}
        onClick={async () => setCopied(await copy(code))}
      >
        {isCopied ? <Check size={15} /> : <Copy size={15} />}
      </button>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>{tree ? spans(tree.children) : code}</code>
      </pre>
    </div>
  );
}

function spans(nodes: readonly (RootContent | ElementContent)[]): ReactNode {
  return nodes.map((node, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: a tree never changes once it is made
    if (node.type === 'text') return <Fragment key={index}>{node.value}</Fragment>;
    if (node.type !== 'element') return null;
    const names = node.properties.className;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: a tree never changes once it is made
      <span key={index} className={Array.isArray(names) ? names.join(' ') : undefined}>
        {spans(node.children)}
      </span>
    );
  });
}
