import { Ban, KeyRound, LogOut, MailCheck, RotateCcw, ShieldCheck, Trash2, Undo2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { AccountSeen, Acted, InstanceRole } from '../api/types';
import { problemAt } from '../ui/field';
import { useEngine } from '../ui/hooks';
import { show } from '../ui/view';
import { Confirm } from './confirm';
import { Panel, Pick } from './parts';

type Open = 'suspend' | 'lift' | 'role' | 'reset' | 'verify' | 'sessions' | 'delete' | 'keep' | null;

interface Props {
  account: AccountSeen;
  isOperator: boolean;
  isMe: boolean;
  onActed(acted: Acted): void;
}

/** What can be done with an account. Each asks first. */
export function Actions({ account, isOperator, isMe, onActed }: Props) {
  const [open, setOpen] = useState<Open>(null);
  const isStaff = account.role !== 'member';
  if (isStaff && !isOperator) {
    return (
      <Panel title="Actions" lead="This is an operator or a moderator: only operators may change that.">
        {null}
      </Panel>
    );
  }
  return (
    <Panel title="Actions">
      <div className="actions">
        {account.suspension ? (
          <Action icon={<RotateCcw size={18} />} text="Lift the suspension" onClick={() => setOpen('lift')} />
        ) : (
          <Action icon={<Ban size={18} />} text="Suspend" isDanger onClick={() => setOpen('suspend')} />
        )}
        <Action icon={<KeyRound size={18} />} text="Send a password reset" onClick={() => setOpen('reset')} />
        <Action icon={<LogOut size={18} />} text="End all sessions" onClick={() => setOpen('sessions')} />
        {isOperator && (
          <>
            {!account.email_verified && (
              <Action
                icon={<MailCheck size={18} />}
                text="Mark the address as proven"
                onClick={() => setOpen('verify')}
              />
            )}
            <Action icon={<ShieldCheck size={18} />} text="Change the role" onClick={() => setOpen('role')} />
            {account.deletion_due_at ? (
              <Action icon={<Undo2 size={18} />} text="Keep the account" onClick={() => setOpen('keep')} />
            ) : (
              !isMe && (
                <Action
                  icon={<Trash2 size={18} />}
                  text="Delete"
                  isDanger
                  onClick={() => setOpen('delete')}
                />
              )
            )}
          </>
        )}
      </div>
      <OpenDialog open={open} account={account} onActed={onActed} onClose={() => setOpen(null)} />
    </Panel>
  );
}

interface ActionProps {
  icon: ReactNode;
  text: string;
  isDanger?: boolean;
  onClick(): void;
}

export function Action({ icon, text, isDanger, onClick }: ActionProps) {
  return (
    <button type="button" className="action" data-danger={isDanger || undefined} onClick={onClick}>
      {icon}
      {text}
    </button>
  );
}

interface DialogProps {
  open: Open;
  account: AccountSeen;
  onActed(acted: Acted): void;
  onClose(): void;
}

function OpenDialog({ open, account, onActed, onClose }: DialogProps) {
  const { signed } = useEngine().calls;
  const { id, display_name: name } = account;
  const done = (acted: Acted, said: string) => {
    onActed(acted);
    show.toast(said);
  };
  switch (open) {
    case 'suspend':
      return (
        <SuspendDialog
          account={account}
          onDone={acted => done(acted, `${name} is suspended`)}
          onClose={onClose}
        />
      );
    case 'role':
      return (
        <RoleDialog
          account={account}
          onDone={acted => done(acted, 'The role is changed')}
          onClose={onClose}
        />
      );
    case 'delete':
      return (
        <DeleteDialog
          account={account}
          onDone={acted => done(acted, 'The account will be deleted')}
          onClose={onClose}
        />
      );
    case 'lift':
      return (
        <Confirm
          title={`Lift ${name}’s suspension?`}
          description="They can log in again at once."
          action="Lift suspension"
          tone="primary"
          run={async () => done(await signed.liftSuspension(id), `${name} can log in again`)}
          onClose={onClose}
        />
      );
    case 'reset':
      return (
        <Confirm
          title={`Send ${name} a password reset?`}
          description={`A link to set a new password goes to ${account.email}. The old password works until it is used.`}
          action="Send link"
          tone="primary"
          run={async () => done(await signed.sendPasswordReset(id), 'The link is on its way')}
          onClose={onClose}
        />
      );
    case 'verify':
      return (
        <Confirm
          title="Mark the address as proven?"
          description={`You vouch that ${account.email} is theirs.`}
          action="Mark as proven"
          tone="primary"
          run={async () => done(await signed.verifyAccountEmail(id), 'The address counts as proven')}
          onClose={onClose}
        />
      );
    case 'sessions':
      return (
        <Confirm
          title={`End all sessions of ${name}?`}
          description="They are logged out everywhere at once, and can log in again."
          action="End sessions"
          run={async () => done(await signed.endAccountSessions(id), 'The sessions have ended')}
          onClose={onClose}
        />
      );
    case 'keep':
      return (
        <Confirm
          title={`Keep ${name}’s account?`}
          description="It was to be deleted. Nothing has been erased yet."
          action="Keep account"
          tone="primary"
          run={async () => done(await signed.keepAccount(id), 'The account stays')}
          onClose={onClose}
        />
      );
    default:
      return null;
  }
}

interface ActProps {
  account: AccountSeen;
  onDone(acted: Acted): void;
  onClose(): void;
}

type Span = '1' | '3' | '7' | '30' | 'ever';
const spans: [Span, string][] = [
  ['1', '1 day'],
  ['3', '3 days'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['ever', 'Until it is lifted'],
];

function SuspendDialog({ account, onDone, onClose }: ActProps) {
  const { signed } = useEngine().calls;
  const [span, setSpan] = useState<Span>('7');
  const until = () => new Date(Date.now() + Number(span) * 86_400_000).toISOString();
  return (
    <Confirm
      title={`Suspend ${account.display_name}?`}
      description="All their sessions end at once, and they can’t log in."
      action="Suspend"
      reason="needed"
      reasonHint="They are told it when they try to log in."
      run={async reason =>
        onDone(await signed.suspend(account.id, span === 'ever' ? { reason } : { reason, until: until() }))
      }
      onClose={onClose}
    >
      {problem => (
        <>
          <Pick label="For how long" value={span} options={spans} onChange={setSpan} />
          {problemAt(problem, 'until') && <p className="field-error">{problemAt(problem, 'until')}</p>}
        </>
      )}
    </Confirm>
  );
}

const roles: [InstanceRole, string][] = [
  ['member', 'Member'],
  ['moderator', 'Moderator: suspends members, and helps them back in'],
  ['operator', 'Operator: runs this server'],
];

function RoleDialog({ account, onDone, onClose }: ActProps) {
  const { signed } = useEngine().calls;
  const [role, setRole] = useState<InstanceRole>(account.role);
  return (
    <Confirm
      title={`Change ${account.display_name}’s role`}
      description="It holds for the whole server, at once."
      action="Change role"
      tone="primary"
      reason="optional"
      run={async reason => onDone(await signed.setRole(account.id, role, reason))}
      onClose={onClose}
    >
      {() => <Pick label="Role" value={role} options={roles} onChange={setRole} />}
    </Confirm>
  );
}

function DeleteDialog({ account, onDone, onClose }: ActProps) {
  const { signed } = useEngine().calls;
  const [when, setWhen] = useState<'later' | 'now'>('later');
  return (
    <Confirm
      title={`Delete ${account.display_name}?`}
      description="Their profile, sessions, files and what they said are erased everywhere, for good. Guilds that they own are passed on."
      action="Delete account"
      reason="optional"
      reasonHint="It stands in the audit log until the account is erased."
      run={async reason =>
        onDone(await signed.deleteAccount(account.id, { reason, at_once: when === 'now' }))
      }
      onClose={onClose}
    >
      {() => (
        <Pick
          label="When"
          value={when}
          options={[
            ['later', 'When the days of grace are over'],
            ['now', 'Now, for good'],
          ]}
          onChange={setWhen}
        />
      )}
    </Confirm>
  );
}
