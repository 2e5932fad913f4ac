import { CircleCheck, CircleX, MailWarning } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { AccountSeen, Numbers } from '../api/types';
import { FormProblem } from '../ui/field';
import { useEngine, useSubmit } from '../ui/hooks';
import { AccountRow } from './accounts';
import { Head, Loading, Panel } from './parts';

interface Seen {
  numbers: Numbers;
  newest: AccountSeen[];
  isReady: boolean;
}

/** How the installation is. */
export function OverviewPage() {
  const engine = useEngine();
  const [seen, setSeen] = useState<Seen | null>(null);
  const { problem, submit: load } = useSubmit(async () => {
    const [numbers, newest, ready] = await Promise.all([
      engine.calls.signed.numbers(),
      engine.calls.signed.accounts({ limit: 5 }),
      fetch('/readyz').catch(() => null),
    ]);
    setSeen({ numbers, newest: newest.items, isReady: ready?.ok === true });
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: loaded when the page opens
  useEffect(() => {
    void load();
  }, []);
  return (
    <>
      <Head title="Overview" lead="How this server is doing." />
      <FormProblem problem={problem} />
      {seen ? <Facts {...seen} /> : !problem && <Loading rows={3} />}
    </>
  );
}

function Facts({ numbers, newest, isReady }: Seen) {
  return (
    <>
      <ul className="stats" aria-label="Numbers">
        <Stat href="/operator/accounts" name="Accounts" value={numbers.accounts}>
          {numbers.registered_last_7_days} new in 7 days
        </Stat>
        <Stat name="Seen in 7 days" value={numbers.seen_last_7_days}>
          {share(numbers.seen_last_7_days, numbers.accounts)} of all
        </Stat>
        <Stat href="/operator/accounts?state=suspended" name="Suspended" value={numbers.suspended}>
          {numbers.leaving} to be deleted
        </Stat>
        <Stat href="/operator/accounts?state=unverified" name="Unverified" value={numbers.unverified}>
          addresses not proven
        </Stat>
        <Stat href="/operator/accounts?role=operator" name="Operators" value={numbers.operators}>
          {numbers.moderators} {numbers.moderators === 1 ? 'moderator' : 'moderators'}
        </Stat>
      </ul>
      <div className="panels">
        <Panel title="Newest accounts">
          <ul className="rows">
            {newest.map(account => (
              <AccountRow key={account.id} account={account} />
            ))}
          </ul>
          <Link href="/operator/accounts" className="panel-more">
            All accounts
          </Link>
        </Panel>
        <Panel title="Health">
          <ul className="health">
            <li>
              {isReady ? (
                <CircleCheck size={18} className="good" aria-hidden="true" />
              ) : (
                <CircleX size={18} className="bad" aria-hidden="true" />
              )}
              {isReady ? 'All parts of the server answer' : 'A part of the server doesn’t answer'}
            </li>
            <li>
              {numbers.mail_reaches_people ? (
                <CircleCheck size={18} className="good" aria-hidden="true" />
              ) : (
                <MailWarning size={18} className="warn" aria-hidden="true" />
              )}
              {numbers.mail_reaches_people
                ? 'Mail reaches people'
                : 'Mail is only kept on the server: set mail_url'}
            </li>
            <li className="version">Guildhall {numbers.version}</li>
          </ul>
        </Panel>
      </div>
    </>
  );
}

const share = (part: number, of: number) => `${of > 0 ? Math.round((100 * part) / of) : 0} %`;

interface StatProps {
  href?: string;
  name: string;
  value: number;
  children: React.ReactNode;
}

function Stat({ href, name, value, children }: StatProps) {
  const inside = (
    <>
      <span>{name}</span>
      <strong>{value.toLocaleString()}</strong>
      <small>{children}</small>
    </>
  );
  return (
    <li>
      {href ? (
        <Link href={href} className="stat">
          {inside}
        </Link>
      ) : (
        <div className="stat">{inside}</div>
      )}
    </li>
  );
}
