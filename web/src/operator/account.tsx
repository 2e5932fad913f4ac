import { ArrowLeft, Check, Copy, Laptop, UserX } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { AccountDetail, AccountSeen, Acted, PasswordResetSent } from '../api/types';
import { copy } from '../lib/clipboard';
import { fullTime, stamp } from '../lib/time';
import { Avatar } from '../ui/avatar';
import { Button } from '../ui/button';
import { FormProblem } from '../ui/field';
import { useEngine, useMe, useSubmit } from '../ui/hooks';
import { Actions } from './actions';
import { Factors } from './factors';
import { Head, Loading, Nothing, Panel, RoleBadge, StateBadge } from './parts';

/** One account: what is known of it, and what can be done with it. */
export function AccountPage({ user, isOperator }: { user: string; isOperator: boolean }) {
  const engine = useEngine();
  const me = useMe();
  const [detail, setDetail] = useState<AccountDetail | null>(null);
  const [reset, setReset] = useState<PasswordResetSent | null>(null);
  const { problem, submit: load } = useSubmit(async () => {
    setDetail(await engine.calls.signed.account(user));
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: loaded when the page opens
  useEffect(() => {
    void load();
  }, []);
  const onActed = ({ password_reset }: Acted) => {
    setReset(password_reset ?? null);
    void load();
  };
  return (
    <>
      <Link href="/operator/accounts" className="back">
        <ArrowLeft size={16} aria-hidden="true" /> Accounts
      </Link>
      {problem?.status === 404 ? (
        <Nothing icon={<UserX size={30} />} title="No such account" text="It was erased, or never was." />
      ) : (
        <FormProblem problem={problem} />
      )}
      {!detail && !problem && <Loading rows={4} />}
      {detail && (
        <>
          <Head
            title={
              <span className="account-title">
                <Avatar user={user} size={72} />
                <span>
                  <span className="account-name">
                    {detail.account.display_name}
                    <RoleBadge role={detail.account.role} />
                    <StateBadge account={detail.account} />
                  </span>
                  <small>{detail.account.email}</small>
                </span>
              </span>
            }
          />
          {reset && <ResetSent sent={reset} />}
          <div className="panels account-panels">
            <div className="panels-column">
              <Known detail={detail} isOperator={isOperator} />
              <Sessions detail={detail} />
            </div>
            <div className="panels-column">
              <Actions
                account={detail.account}
                isOperator={isOperator}
                isMe={user === me}
                onActed={onActed}
              />
              {isOperator && user !== me && <Factors detail={detail} onChanged={() => void load()} />}
            </div>
          </div>
        </>
      )}
    </>
  );
}

function Known({
  detail: { account, registered_with },
  isOperator,
}: {
  detail: AccountDetail;
  isOperator: boolean;
}) {
  return (
    <Panel title="Account">
      <dl className="known">
        <Fact name="Id" value={<code>{account.id}</code>} />
        <Fact name="Address" value={account.email_verified ? 'Proven' : 'Not proven yet'} />
        <Fact name="Made" value={fullTime(account.created_at)} />
        <Fact name="Last seen" value={account.last_seen_at ? fullTime(account.last_seen_at) : 'Never'} />
        <Suspended account={account} />
        {account.deletion_due_at && <Fact name="Erased" value={fullTime(account.deletion_due_at)} />}
        {registered_with && <Fact name="Registered by" value={<code>code {registered_with}</code>} />}
      </dl>
      {isOperator && (
        <Link href={`/operator/audit?user=${account.id}`} className="panel-more">
          What was done to this account
        </Link>
      )}
    </Panel>
  );
}

function Suspended({ account: { suspension } }: { account: AccountSeen }) {
  if (!suspension) return null;
  return (
    <>
      <Fact
        name="Suspended"
        value={suspension.until ? `Until ${fullTime(suspension.until)}` : 'Until it is lifted'}
      />
      <Fact name="Reason" value={suspension.reason} />
    </>
  );
}

function Fact({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Sessions({ detail: { sessions } }: { detail: AccountDetail }) {
  return (
    <Panel title="Sessions" lead={sessions.length === 0 ? 'Signed in nowhere.' : undefined}>
      <ul className="sessions">
        {sessions.map(session => (
          <li key={session.id} className="session">
            <span className="session-icon">
              <Laptop size={20} aria-hidden="true" />
            </span>
            <div>
              <strong>{session.device}</strong>
              <small>
                {session.place && `${session.place} · `}used {stamp(session.last_used_at)}
              </small>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function ResetSent({ sent }: { sent: PasswordResetSent }) {
  const [isCopied, setCopied] = useState(false);
  const minutes = Math.round(sent.good_for / 60);
  if (!sent.link)
    return <p className="note">The link to set a new password is on its way to {sent.mailed_to}.</p>;
  const link = sent.link;
  return (
    <div className="note">
      <p>
        Mail reaches nobody here, so hand this link over yourself. It is good once, for {minutes} minutes.
      </p>
      <div className="link-box">
        <input
          aria-label="Link to set a new password"
          readOnly
          value={link}
          onFocus={event => event.target.select()}
        />
        <Button tone={isCopied ? 'quiet' : 'primary'} onClick={async () => setCopied(await copy(link))}>
          {isCopied ? <Check size={16} /> : <Copy size={16} />} {isCopied ? 'Copied' : 'Copy'}
        </Button>
      </div>
    </div>
  );
}
