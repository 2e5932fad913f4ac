import { ChevronDown } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { problemOf } from '../api/problem';
import type { AccountSeen, InstanceRole, Page, Problem } from '../api/types';
import { Button } from '../ui/button';
import { FormProblem } from '../ui/field';

/** A page's head: what it is, in a line, and what can be done on it. */
export function Head({
  title,
  lead,
  children,
}: {
  title: ReactNode;
  lead?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <header className="operator-head">
      <div>
        <h1>{title}</h1>
        {lead && <p>{lead}</p>}
      </div>
      {children}
    </header>
  );
}

/** A part of a page, with its own heading. */
export function Panel({
  title,
  lead,
  children,
}: {
  title: ReactNode;
  lead?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="panel">
      <header>
        <h2>{title}</h2>
        {lead && <p>{lead}</p>}
      </header>
      {children}
    </section>
  );
}

export function RoleBadge({ role }: { role: InstanceRole }) {
  if (role === 'member') return null;
  return <span className="tag">{role === 'operator' ? 'Operator' : 'Moderator'}</span>;
}

/** What stands out about an account; nothing when nothing does. */
export function StateBadge({ account }: { account: AccountSeen }) {
  if (account.deletion_due_at) return <span className="state state-bad">To be deleted</span>;
  if (account.suspension) return <span className="state state-bad">Suspended</span>;
  if (!account.email_verified) return <span className="state state-warn">Unverified</span>;
  return <span className="state state-good">Active</span>;
}

/** A list that is loaded page by page, anew whenever `key` changes. Late answers to old questions are dropped. */
export function usePages<T>(key: string, load: (after?: string) => Promise<Page<T>>) {
  const [items, setItems] = useState<T[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const turn = useRef(0);
  const ask = async (after?: string) => {
    turn.current += 1;
    const mine = turn.current;
    setBusy(true);
    try {
      const page = await load(after);
      if (turn.current !== mine) return;
      setItems(old => (after && old ? [...old, ...page.items] : page.items));
      setNext(page.next ?? null);
      setProblem(null);
    } catch (error) {
      if (turn.current === mine) setProblem(problemOf(error));
    } finally {
      if (turn.current === mine) setBusy(false);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `load` is what `key` says
  useEffect(() => {
    void ask();
    return () => {
      turn.current += 1;
    };
  }, [key]);
  const more = next === null ? null : () => void ask(next);
  return { items, problem, busy, more, reload: () => ask() };
}

/** Below a list: what went wrong, or the way to the rest. */
export function More({
  pages,
}: {
  pages: { problem: Problem | null; busy: boolean; more: (() => void) | null };
}) {
  return (
    <>
      <FormProblem problem={pages.problem} />
      {pages.more && (
        <Button tone="quiet" className="more" busy={pages.busy} onClick={pages.more}>
          Show more
        </Button>
      )}
    </>
  );
}

export function Loading({ rows }: { rows: number }) {
  return (
    <div className="rows" role="status">
      <span className="visually-hidden">Loading…</span>
      {Array.from({ length: rows }, (_, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <span key={n} className="row skeleton" />
      ))}
    </div>
  );
}

export function Nothing({ icon, title, text }: { icon: ReactNode; title: string; text: string }) {
  return (
    <div className="nothing">
      <span className="empty-icon" aria-hidden="true">
        {icon}
      </span>
      <strong>{title}</strong>
      <p>{text}</p>
    </div>
  );
}

interface PickProps<T extends string> {
  label: string;
  value: T;
  options: [T, string][];
  onChange(value: NoInfer<T>): void;
}

/** A choice of a few, with its label. */
export function Pick<T extends string>({ label, value, options, onChange }: PickProps<T>) {
  return (
    <label className="choice-field">
      <span>{label}</span>
      <select value={value} onChange={event => onChange(event.target.value as T)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
      <ChevronDown size={16} aria-hidden="true" />
    </label>
  );
}
