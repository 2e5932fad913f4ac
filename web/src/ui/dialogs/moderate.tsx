import { ChevronDown } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Problem } from '../../api/types';
import { Button } from '../button';
import { Dialog, DialogActions } from '../dialog';
import { Field, FormProblem, problemAt } from '../field';
import { useEngine, useStore, useSubmit, useUser } from '../hooks';
import { memberOf, nameIn } from '../roles/standing';
import { show } from '../view';

interface About {
  guild: string;
  user: string;
}

const NAME_MAX = 80;
const REASON_MAX = 500;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LASTS: [string, number][] = [
  ['1 minute', MINUTE],
  ['5 minutes', 5 * MINUTE],
  ['10 minutes', 10 * MINUTE],
  ['1 hour', HOUR],
  ['1 day', DAY],
  ['1 week', 7 * DAY],
  ['28 days', 28 * DAY],
];

const useNameIn = ({ guild, user }: About): string =>
  useStore(state => nameIn(state, guild, user)) || 'this member';

export function NicknameDialog({ guild, user }: About) {
  const engine = useEngine();
  const name = useUser(user)?.display_name ?? '';
  const before = useStore(state => memberOf(state, guild, user)?.nickname ?? '');
  const [nickname, setNickname] = useState(before);
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.calls.signed.nameMember(guild, user, nickname.trim());
    show.noDialog();
  });
  return (
    <FormDialog
      title="Nickname"
      description={`What ${name} is called in this guild. Leave it empty for “${name}”.`}
      action="Save"
      busy={busy}
      problem={problem}
      fields={['nickname']}
      onSubmit={submit}
    >
      <Field
        label="Nickname"
        value={nickname}
        onChange={setNickname}
        refusal={problemAt(problem, 'nickname')}
        maxLength={NAME_MAX}
        placeholder={name}
        autoComplete="off"
        autoFocus
      />
    </FormDialog>
  );
}

export function TimeOutDialog(about: About) {
  const engine = useEngine();
  const name = useNameIn(about);
  const [seconds, setSeconds] = useState(10 * MINUTE);
  const [reason, setReason] = useState('');
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.calls.signed.timeOut(about.guild, about.user, seconds, reason);
    show.noDialog();
    show.toast(`${name} is timed out`);
  });
  return (
    <FormDialog
      title={`Time out ${name}?`}
      description="They can read what is said, but not write or react. It ends by itself."
      action="Time out"
      busy={busy}
      problem={problem}
      fields={['reason']}
      onSubmit={submit}
    >
      <label className="choice-field">
        <span>For</span>
        <select value={seconds} onChange={event => setSeconds(Number(event.target.value))}>
          {LASTS.map(([text, lasts]) => (
            <option key={lasts} value={lasts}>
              {text}
            </option>
          ))}
        </select>
        <ChevronDown size={17} aria-hidden="true" />
      </label>
      <Reason value={reason} onChange={setReason} problem={problem} />
    </FormDialog>
  );
}

export function KickDialog(about: About) {
  const engine = useEngine();
  const name = useNameIn(about);
  const [reason, setReason] = useState('');
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.calls.signed.kick(about.guild, about.user, reason);
    show.noDialog();
    show.toast(`${name} was kicked`);
  });
  return (
    <FormDialog
      title={`Kick ${name}?`}
      description="They are out at once, and can come back with an invite."
      action="Kick"
      danger
      busy={busy}
      problem={problem}
      fields={['reason']}
      onSubmit={submit}
    >
      <Reason value={reason} onChange={setReason} problem={problem} />
    </FormDialog>
  );
}

export function BanDialog(about: About) {
  const engine = useEngine();
  const name = useNameIn(about);
  const [reason, setReason] = useState('');
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.calls.signed.ban(about.guild, about.user, reason);
    show.noDialog();
    show.toast(`${name} was banned`);
  });
  return (
    <FormDialog
      title={`Ban ${name}?`}
      description="They are out at once, and no invite lets them in until the ban is lifted in the guild’s settings."
      action="Ban"
      danger
      busy={busy}
      problem={problem}
      fields={['reason']}
      onSubmit={submit}
    >
      <Reason value={reason} onChange={setReason} problem={problem} />
    </FormDialog>
  );
}

interface ReasonProps {
  value: string;
  problem: Problem | null;
  onChange(reason: string): void;
}

function Reason({ value, problem, onChange }: ReasonProps) {
  return (
    <Field
      label="Reason"
      value={value}
      onChange={onChange}
      refusal={problemAt(problem, 'reason')}
      hint="For the audit log. The member doesn’t see it."
      maxLength={REASON_MAX}
      autoComplete="off"
      autoFocus
    />
  );
}

interface FormProps {
  title: string;
  description: string;
  action: string;
  danger?: boolean;
  busy: boolean;
  problem: Problem | null;
  /** Those that say themselves what is wrong with them. */
  fields: string[];
  onSubmit(): Promise<void>;
  children: ReactNode;
}

function FormDialog({
  title,
  description,
  action,
  danger,
  busy,
  problem,
  fields,
  onSubmit,
  children,
}: FormProps) {
  const send = (event: FormEvent) => {
    event.preventDefault();
    void onSubmit();
  };
  return (
    <Dialog title={title} description={description}>
      <form onSubmit={send} noValidate>
        <FormProblem problem={problem} fields={fields} />
        {children}
        <DialogActions>
          <Button tone="plain" onClick={show.noDialog}>
            Cancel
          </Button>
          <Button type="submit" tone={danger ? 'danger' : 'primary'} busy={busy}>
            {action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
