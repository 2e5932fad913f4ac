import { ChevronRight, Search, SearchX } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { AccountQuery, AccountSeen } from '../api/types';
import { shortDate, stamp } from '../lib/time';
import { Avatar } from '../ui/avatar';
import { useEngine } from '../ui/hooks';
import { Head, Loading, More, Nothing, Pick, RoleBadge, StateBadge, usePages } from './parts';

type State = NonNullable<AccountQuery['state']> | '';
type Role = NonNullable<AccountQuery['role']> | '';

const states: [State, string][] = [
  ['', 'Any state'],
  ['active', 'Active'],
  ['suspended', 'Suspended'],
  ['leaving', 'To be deleted'],
  ['unverified', 'Unverified'],
];
const roles: [Role, string][] = [
  ['', 'Any role'],
  ['member', 'Members'],
  ['moderator', 'Moderators'],
  ['operator', 'Operators'],
];
const known = <T extends string>(options: [T, string][], value: string | null): T =>
  options.find(([option]) => option === value)?.[0] ?? ('' as T);

/** Everyone, searched and filtered. What is asked stands in the address. */
export function AccountsPage() {
  const engine = useEngine();
  const search = useSearch();
  const [, navigate] = useLocation();
  const asked = new URLSearchParams(search);
  const state = known(states, asked.get('state'));
  const role = known(roles, asked.get('role'));
  const q = asked.get('q') ?? '';
  const [typed, setTyped] = useState(q);
  const ask = (change: Record<string, string>) => {
    const query = new URLSearchParams(
      Object.entries({ q, state, role, ...change }).filter(([, value]) => value !== ''),
    );
    const text = query.toString();
    navigate(`/operator/accounts${text ? `?${text}` : ''}`, { replace: true });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a moment after the last key
  useEffect(() => {
    if (typed.trim() === q) return;
    const timer = setTimeout(() => ask({ q: typed.trim() }), 250);
    return () => clearTimeout(timer);
  }, [typed]);
  const pages = usePages(`${q} ${state} ${role}`, after =>
    engine.calls.signed.accounts({
      ...(q && { q }),
      ...(state && { state }),
      ...(role && { role }),
      ...(after && { after }),
    }),
  );
  return (
    <>
      <Head title="Accounts" lead="Everyone who can sign in here." />
      <search className="filters">
        <label className="field">
          <span>Search</span>
          <span className="field-box">
            <Search size={17} aria-hidden="true" />
            <input
              type="search"
              value={typed}
              onChange={event => setTyped(event.target.value)}
              placeholder="E-mail, name or id"
            />
          </span>
        </label>
        <Pick label="State" value={state} options={states} onChange={value => ask({ state: value })} />
        <Pick label="Role" value={role} options={roles} onChange={value => ask({ role: value })} />
      </search>
      {pages.items === null ? (
        !pages.problem && <Loading rows={6} />
      ) : pages.items.length === 0 ? (
        <Nothing
          icon={<SearchX size={30} />}
          title="Nobody like that"
          text="Look for the beginning of an e-mail address, a part of a name, or an id."
        />
      ) : (
        <div className="rows-box">
          <div className="rows-head" aria-hidden="true">
            <span>Person</span>
            <span>State</span>
            <span>Last seen</span>
            <span>Made</span>
          </div>
          <ul className="rows" aria-label="Accounts" aria-busy={pages.busy}>
            {pages.items.map(account => (
              <AccountRow key={account.id} account={account} />
            ))}
          </ul>
        </div>
      )}
      <More pages={pages} />
    </>
  );
}

export function AccountRow({ account }: { account: AccountSeen }) {
  return (
    <li>
      <Link href={`/operator/accounts/${account.id}`} className="row account-row">
        <Avatar user={account.id} size={40} />
        <span className="row-who">
          <strong>
            <span>{account.display_name}</span>
            <RoleBadge role={account.role} />
          </strong>
          <small>{account.email}</small>
        </span>
        <span className="row-state">
          <StateBadge account={account} />
        </span>
        <span className="row-when">
          <span className="visually-hidden">Last seen </span>
          {account.last_seen_at ? stamp(account.last_seen_at) : 'Never'}
        </span>
        <span className="row-when row-made">
          <span className="visually-hidden">Made </span>
          {shortDate(account.created_at)}
        </span>
        <ChevronRight size={18} className="row-go" aria-hidden="true" />
      </Link>
    </li>
  );
}
