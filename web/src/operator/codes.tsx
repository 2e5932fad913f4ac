import { Check, Copy, Plus, Ticket, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import type { RegistrationCode } from '../api/types';
import { copy } from '../lib/clipboard';
import { shortDate, until } from '../lib/time';
import { UserName } from '../ui/avatar';
import { Button, IconButton } from '../ui/button';
import { Field, FormProblem, problemAt } from '../ui/field';
import { useEngine, useSubmit } from '../ui/hooks';
import { Confirm } from './confirm';
import { Loading, More, Nothing, Panel, Pick, usePages } from './parts';

/** Codes that let people register. */
export function Codes({ isNeeded }: { isNeeded: boolean }) {
  const { signed } = useEngine().calls;
  const pages = usePages('', after => signed.registrationCodes(after));
  const lead = isNeeded
    ? 'Whoever has one of these links can make an account.'
    : 'They matter while registration is by invitation.';
  return (
    <Panel title="Registration codes" lead={lead}>
      <NewCode onMade={() => void pages.reload()} />
      {pages.items === null && !pages.problem && <Loading rows={2} />}
      {pages.items?.length === 0 && (
        <Nothing
          icon={<Ticket size={30} />}
          title="No codes yet"
          text="Make one, and send its link to whom it is for."
        />
      )}
      <ul className="entry-codes" aria-label="Registration codes">
        {pages.items?.map(code => (
          <CodeRow key={code.id} code={code} onRevoked={() => void pages.reload()} />
        ))}
      </ul>
      <More pages={pages} />
    </Panel>
  );
}

type Uses = '1' | '5' | '25' | '100' | 'any';
type Life = '86400' | '604800' | '2592000' | 'ever';
const uses: [Uses, string][] = [
  ['1', '1 person'],
  ['5', '5 people'],
  ['25', '25 people'],
  ['100', '100 people'],
  ['any', 'Any number'],
];
const lives: [Life, string][] = [
  ['86400', '1 day'],
  ['604800', '7 days'],
  ['2592000', '30 days'],
  ['ever', 'Until revoked'],
];

function NewCode({ onMade }: { onMade(): void }) {
  const { signed } = useEngine().calls;
  const [note, setNote] = useState('');
  const [max, setMax] = useState<Uses>('1');
  const [life, setLife] = useState<Life>('604800');
  const { busy, problem, submit, clear } = useSubmit(async () => {
    await signed.makeRegistrationCode({
      note: note.trim(),
      ...(max !== 'any' && { max_uses: Number(max) }),
      ...(life !== 'ever' && { expires_in: Number(life) }),
    });
    setNote('');
    onMade();
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void submit();
  };
  return (
    <form className="new-code" onSubmit={onSubmit} noValidate>
      <FormProblem problem={problem} fields={['note']} />
      <Field
        label="For whom (optional)"
        value={note}
        onChange={value => {
          setNote(value);
          clear();
        }}
        maxLength={80}
        refusal={problemAt(problem, 'note')}
        placeholder="The chess club"
      />
      <Pick label="Good for" value={max} options={uses} onChange={setMax} />
      <Pick label="Expires after" value={life} options={lives} onChange={setLife} />
      <Button type="submit" busy={busy}>
        <Plus size={17} /> Make code
      </Button>
    </form>
  );
}

function CodeRow({ code, onRevoked }: { code: RegistrationCode; onRevoked(): void }) {
  const { signed } = useEngine().calls;
  const [isCopied, setCopied] = useState(false);
  const [isRevoking, setRevoking] = useState(false);
  const name = code.note || `Code of ${shortDate(code.created_at)}`;
  return (
    <li className="entry-code" data-over={!code.works || undefined}>
      <div className="entry-code-text">
        <strong>{name}</strong>
        <small>{factsOf(code)}</small>
        {code.used_by.length > 0 && (
          <small>
            Used by{' '}
            {code.used_by.slice(0, 5).map(({ user }, n) => (
              <span key={user}>
                {n > 0 && ', '}
                <Link href={`/operator/accounts/${user}`}>
                  <UserName user={user} />
                </Link>
              </span>
            ))}
            {code.uses > 5 && ` and ${code.uses - 5} more`}
          </small>
        )}
      </div>
      {code.works ? (
        <div className="entry-code-tools">
          <Button
            size="small"
            tone="quiet"
            aria-label={`Copy the link of ${name}`}
            onClick={async () => setCopied(await copy(code.link))}
          >
            {isCopied ? <Check size={15} /> : <Copy size={15} />} {isCopied ? 'Copied' : 'Copy link'}
          </Button>
          <IconButton label={`Revoke ${name}`} onClick={() => setRevoking(true)}>
            <Trash2 size={17} />
          </IconButton>
        </div>
      ) : (
        <span className="state">{code.revoked_at ? 'Revoked' : 'Over'}</span>
      )}
      {isRevoking && (
        <Confirm
          title={`Revoke ${name}?`}
          description="Its link lets nobody in any more. Accounts that were made with it stay."
          action="Revoke"
          run={async () => {
            await signed.revokeRegistrationCode(code.id);
            onRevoked();
          }}
          onClose={() => setRevoking(false)}
        />
      )}
    </li>
  );
}

function factsOf(code: RegistrationCode): string {
  const used = code.max_uses ? `${code.uses} of ${code.max_uses} used` : `${code.uses} used`;
  const ends = code.expires_at && code.works ? `expires ${until(code.expires_at)}` : null;
  return [used, ends].filter(Boolean).join(' · ');
}
