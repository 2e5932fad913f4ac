import { Check, ChevronDown, Copy, Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { Invite } from '../../api/types';
import { copy } from '../../lib/clipboard';
import { until } from '../../lib/time';
import { Button, IconButton } from '../button';
import { Dialog } from '../dialog';
import { FormProblem } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';
import { useMay } from '../roles/standing';
import { show } from '../view';

const lifetimes: [string, number][] = [
  ['30 minutes', 1_800],
  ['1 day', 86_400],
  ['7 days', 604_800],
  ['30 days', 2_592_000],
  ['Never', 0],
];
const bounds: [string, number][] = [
  ['No limit', 0],
  ['1 person', 1],
  ['5 people', 5],
  ['25 people', 25],
  ['100 people', 100],
];

const linkOf = (code: string) => `${location.origin}/invite/${code}`;

/** Makes links into a guild; its owner sees and revokes those that there are. */
export function InviteDialog({ guild }: { guild: string }) {
  const engine = useEngine();
  const name = useStore(state => state.guilds[guild]?.name) ?? '';
  const managesInvites = useMay(guild, 'manageInvites');
  const [expiresIn, setExpiresIn] = useState(604_800);
  const [maxUses, setMaxUses] = useState(0);
  const [invite, setInvite] = useState<Invite | null>(null);
  const [isCopied, setCopied] = useState(false);
  const { busy, problem, submit } = useSubmit(async () => {
    const draft = { expires_in: expiresIn, ...(maxUses > 0 ? { max_uses: maxUses } : {}) };
    setInvite(await engine.calls.signed.createInvite(guild, draft));
    setCopied(false);
  });
  const copyLink = async () => {
    if (invite) setCopied(await copy(linkOf(invite.code)));
  };
  const change = (set: (value: number) => void) => (value: number) => {
    set(value);
    setInvite(null);
  };
  return (
    <Dialog title="Invite people" description={`Share a link, and people can join ${name}.`} size="medium">
      <div className="invite-options">
        <Choice label="Expires after" value={expiresIn} options={lifetimes} onChange={change(setExpiresIn)} />
        <Choice label="Can be used by" value={maxUses} options={bounds} onChange={change(setMaxUses)} />
      </div>
      <FormProblem problem={problem} />
      {invite ? (
        <div className="link-box">
          <input
            aria-label="Invite link"
            readOnly
            value={linkOf(invite.code)}
            onFocus={event => event.target.select()}
          />
          <Button tone={isCopied ? 'quiet' : 'primary'} onClick={() => void copyLink()}>
            {isCopied ? <Check size={16} /> : <Copy size={16} />} {isCopied ? 'Copied' : 'Copy link'}
          </Button>
        </div>
      ) : (
        <Button wide busy={busy} onClick={() => void submit()}>
          Create invite link
        </Button>
      )}
      {managesInvites && <InviteList guild={guild} newest={invite?.code} />}
    </Dialog>
  );
}

interface ChoiceProps {
  label: string;
  value: number;
  options: [string, number][];
  onChange(value: number): void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label className="choice-field">
      <span>{label}</span>
      <select value={value} onChange={event => onChange(Number(event.target.value))}>
        {options.map(([text, option]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
      <ChevronDown size={17} aria-hidden="true" />
    </label>
  );
}

function InviteList({ guild, newest }: { guild: string; newest: string | undefined }) {
  const engine = useEngine();
  const [invites, setInvites] = useState<readonly Invite[]>([]);
  const load = useCallback(() => {
    engine.calls.signed.invites(guild).then(
      page => setInvites(page.items),
      () => undefined,
    );
  }, [engine, guild]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new invite belongs into the list
  useEffect(load, [load, newest]);
  const revoke = async (code: string) => {
    try {
      await engine.calls.signed.revokeInvite(guild, code);
      setInvites(list => list.filter(invite => invite.code !== code));
    } catch {
      show.toast('The invite couldn’t be revoked. Try again.', 'bad');
    }
  };
  if (invites.length === 0) return null;
  return (
    <section className="invite-list">
      <h3>Links in use</h3>
      <ul>
        {invites.map(invite => (
          <li key={invite.code}>
            <code>{invite.code.slice(0, 10)}…</code>
            <span>
              {invite.uses}
              {invite.max_uses ? ` of ${invite.max_uses}` : ''} joined ·{' '}
              {invite.expires_at ? `expires ${until(invite.expires_at)}` : 'never expires'}
            </span>
            <IconButton label="Revoke the link" onClick={() => void revoke(invite.code)}>
              <Trash2 size={16} />
            </IconButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
