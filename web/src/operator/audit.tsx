import {
  Ban,
  ClipboardList,
  Fingerprint,
  KeyRound,
  LogOut,
  type LucideIcon,
  MailCheck,
  RotateCcw,
  ShieldCheck,
  SlidersHorizontal,
  Smartphone,
  Ticket,
  Trash2,
  Undo2,
  UserPlus,
  X,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { Act, ActKind } from '../api/types';
import { fullTime, stamp } from '../lib/time';
import { UserName } from '../ui/avatar';
import { useEngine } from '../ui/hooks';
import { Head, Loading, More, Nothing, Pick, usePages } from './parts';

/** For each kind: its icon, its name in the filter, and what is said between who did it and to whom. */
const kinds: Record<ActKind, [LucideIcon, string, string]> = {
  account_created: [UserPlus, 'Accounts made', 'made the account of'],
  account_suspended: [Ban, 'Suspensions', 'suspended'],
  suspension_lifted: [RotateCcw, 'Suspensions lifted', 'lifted the suspension of'],
  role_changed: [ShieldCheck, 'Roles', 'changed the role of'],
  password_reset_sent: [KeyRound, 'Password resets', 'sent a password reset to'],
  email_verified: [MailCheck, 'Addresses proven', 'took for proven the address of'],
  sessions_ended: [LogOut, 'Sessions ended', 'ended the sessions of'],
  deletion_requested: [Trash2, 'Deletions', 'deletes the account of'],
  deletion_cancelled: [Undo2, 'Deletions cancelled', 'keeps the account of'],
  registration_changed: [SlidersHorizontal, 'Registration', 'changed who may register'],
  registration_code_made: [Ticket, 'Codes made', 'made a registration code'],
  registration_code_revoked: [X, 'Codes revoked', 'revoked a registration code'],
  second_factor_removed: [Smartphone, 'Second factors removed', 'turned off the authenticator app of'],
  keys_rotated: [RotateCcw, 'Keys rotated', 'rotated the keys'],
  passkeys_removed: [Fingerprint, 'Passkeys removed', 'removed the passkeys of'],
};
const filters: [ActKind | '', string][] = [
  ['', 'Everything'],
  ...(Object.keys(kinds) as ActKind[]).map((kind): [ActKind, string] => [kind, kinds[kind][1]]),
];

/** What operators and moderators did. What is asked stands in the address. */
export function AuditPage() {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const asked = new URLSearchParams(useSearch());
  const user = asked.get('user') ?? '';
  const kind = filters.find(([option]) => option === asked.get('kind'))?.[0] ?? '';
  const ask = (change: { user?: string; kind?: string }) => {
    const query = new URLSearchParams(
      Object.entries({ user, kind, ...change }).filter(([, value]) => value !== ''),
    );
    const text = query.toString();
    navigate(`/operator/audit${text ? `?${text}` : ''}`, { replace: true });
  };
  const pages = usePages(`${user} ${kind}`, after =>
    engine.calls.signed.audit({ ...(user && { user }), ...(kind && { kind }), ...(after && { after }) }),
  );
  return (
    <>
      <Head title="Audit log" lead="What operators and moderators did, the newest first.">
        <Pick label="Show" value={kind} options={filters} onChange={value => ask({ kind: value })} />
      </Head>
      {user && (
        <p className="chosen">
          Only what was done to <UserName user={user} />
          <button
            type="button"
            className="icon-button"
            aria-label="Show all"
            onClick={() => ask({ user: '' })}
          >
            <X size={15} />
          </button>
        </p>
      )}
      {pages.items === null && !pages.problem && <Loading rows={5} />}
      {pages.items?.length === 0 && (
        <Nothing
          icon={<ClipboardList size={30} />}
          title="Nothing yet"
          text="Acts show here as they happen."
        />
      )}
      <ul className="acts" aria-label="Acts">
        {pages.items?.map(act => (
          <ActRow key={act.id} act={act} />
        ))}
      </ul>
      <More pages={pages} />
    </>
  );
}

function ActRow({ act }: { act: Act }) {
  const [Icon, , verb] = kinds[act.kind];
  return (
    <li className="act">
      <span className="session-icon">
        <Icon size={18} aria-hidden="true" />
      </span>
      <div>
        <p>
          <strong>{act.by ? <Person id={act.by} name={act.by_name} /> : 'The command line'}</strong> {verb}{' '}
          {act.user && (
            <strong>
              <Person id={act.user} name={act.user_name} />
            </strong>
          )}
          {moreOf(act)}
        </p>
        {act.reason && <q>{act.reason}</q>}
      </div>
      <small title={fullTime(act.at)}>
        {stamp(act.at)}
        {act.place && <span>{act.place}</span>}
      </small>
    </li>
  );
}

function Person({ id, name }: { id: string; name: string | null | undefined }) {
  if (!name) return <>{id} (gone)</>;
  return <Link href={`/operator/accounts/${id}`}>{name}</Link>;
}

function moreOf({ kind, detail }: Act): ReactNode {
  switch (kind) {
    case 'role_changed':
      return `: ${detail.from} → ${detail.to}`;
    case 'registration_changed':
      return `: ${detail.from} → ${detail.to}${domainsOf(detail.allowed_email_domains)}`;
    case 'account_suspended':
      return detail.until ? ` until ${fullTime(detail.until)}` : null;
    case 'deletion_requested':
      return detail.until ? `, due ${fullTime(detail.until)}` : null;
    default:
      return null;
  }
}

const domainsOf = (domains: string[] | null | undefined): string =>
  domains && domains.length > 0 ? `, for ${domains.join(', ')}` : '';
