import { Download } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { Deletion, Export, Wishes } from '../../api/types';
import { save } from '../../lib/save';
import { shortDate, stamp, until } from '../../lib/time';
import { Button } from '../button';
import { FormProblem, PasswordField, problemAt } from '../field';
import { useEngine, useSubmit } from '../hooks';
import { show } from '../view';
import { useOwnCredentials } from './own-credentials';

/** How soon it is asked again whether an archive is ready. */
const ASK_MS = 1_500;

/** What is kept of the person: to take along, or to have erased. */
export function YourData() {
  return (
    <>
      <ArchivePart />
      <LeavePart />
    </>
  );
}

function ArchivePart() {
  const engine = useEngine();
  const [newest, setNewest] = useState<Export | null>(null);
  const { problem, submit: load } = useSubmit(async () => {
    setNewest((await engine.calls.signed.exports()).items[0] ?? null);
  });
  const ask = useSubmit(async () => setNewest(await engine.calls.signed.requestExport()));
  const take = useSubmit(async () => {
    if (newest) save(await engine.calls.signed.exportArchive(newest.id), `guildhall-${newest.id}.zip`);
  });
  const isBeingMade = newest !== null && !newest.ready_at;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked when the page opens, and again while one is being made
  useEffect(() => {
    if (!newest) void load();
    if (!isBeingMade) return;
    const timer = setTimeout(() => void load(), ASK_MS);
    return () => clearTimeout(timer);
  }, [newest]);
  return (
    <section className="settings-part">
      <h3>Take your data along</h3>
      <p>An archive of all that you gave: pages to read, and the same as JSON for programs.</p>
      <FormProblem problem={problem ?? ask.problem ?? take.problem} />
      {newest?.ready_at && (
        <div className="settings-fact">
          <Button tone="quiet" busy={take.busy} onClick={() => void take.submit()}>
            <Download size={17} aria-hidden="true" /> Download ({size(newest.bytes)})
          </Button>
          <small>
            As of {stamp(newest.requested_at)}
            {newest.expires_at && `, kept until ${shortDate(newest.expires_at)}`}
          </small>
        </div>
      )}
      {isBeingMade && (
        <p className="settings-progress" role="status">
          <span className="spinner" aria-hidden="true" /> Gathering… {newest.records} records so far
        </p>
      )}
      {!newest && (
        <div className="settings-fact">
          <Button tone="quiet" busy={ask.busy} onClick={() => void ask.submit()}>
            Make an archive
          </Button>
        </div>
      )}
    </section>
  );
}

function LeavePart() {
  const engine = useEngine();
  const [deletion, setDeletion] = useState<Deletion | null>(null);
  const [isOpen, setOpen] = useState(false);
  const { problem, submit: load } = useSubmit(async () => setDeletion(await engine.calls.signed.deletion()));
  const stay = useSubmit(async () => {
    await engine.calls.signed.cancelDeletion();
    setDeletion(null);
    show.toast('Good to have you: your account stays');
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: loaded when the page opens
  useEffect(() => {
    void load();
  }, []);
  return (
    <section className="settings-part">
      <h3>Delete your account</h3>
      {deletion ? (
        <>
          <p role="status">
            Your account is deleted {until(deletion.due_at)}, on {shortDate(deletion.due_at)}. Until then you
            can stay. Another page will tell what was erased, signed:{' '}
            <a href={erasureLink(deletion)}>keep its link</a>.
          </p>
          <FormProblem problem={problem ?? stay.problem} />
          <div className="settings-fact">
            <Button busy={stay.busy} onClick={() => void stay.submit()}>
              Keep my account
            </Button>
          </div>
        </>
      ) : (
        <>
          <p>Your profile, sessions, files and what you said are erased everywhere, for good.</p>
          <FormProblem problem={problem} />
          {isOpen ? (
            <LeaveForm
              onDone={asked => {
                setDeletion(asked);
                setOpen(false);
              }}
              onCancel={() => setOpen(false)}
            />
          ) : (
            <div className="settings-fact">
              <Button tone="danger" onClick={() => setOpen(true)}>
                Delete account
              </Button>
            </div>
          )}
        </>
      )}
    </section>
  );
}

function LeaveForm({ onDone, onCancel }: { onDone(asked: Deletion): void; onCancel(): void }) {
  const engine = useEngine();
  const { own, problem: unknown } = useOwnCredentials();
  const asksPassword = own?.password && !own.totp;
  const [password, setPassword] = useState('');
  const [wishes, setWishes] = useState<Required<Wishes>>({ guilds: 'pass_on', messages: 'erase' });
  const { busy, problem, submit, clear } = useSubmit(async () => {
    onDone(await engine.calls.signed.deleteMe({ ...(asksPassword ? { password } : {}), wishes }));
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) void submit();
  };
  const isReady = own !== null && (!asksPassword || password !== '');
  return (
    <form onSubmit={onSubmit} noValidate>
      <Choice
        legend="Guilds that you own"
        value={wishes.guilds}
        options={[
          ['pass_on', 'Pass them on', 'Each goes to whoever has been its member for longest.'],
          ['delete', 'Delete them', 'With all channels, for all members.'],
        ]}
        onChange={guilds => setWishes({ ...wishes, guilds })}
      />
      <Choice
        legend="What you said"
        value={wishes.messages}
        options={[
          ['erase', 'Erase it', 'An empty place stays where each message was.'],
          ['anonymise', 'Leave it without a name', 'The texts stay, from nobody.'],
        ]}
        onChange={messages => setWishes({ ...wishes, messages })}
      />
      <FormProblem problem={problem ?? unknown} fields={['password']} />
      {asksPassword && (
        <PasswordField
          label="Your password"
          autoComplete="current-password"
          value={password}
          onChange={value => {
            setPassword(value);
            clear();
          }}
          refusal={problemAt(problem, 'password')}
        />
      )}
      <div className="settings-fact">
        <Button type="submit" tone="danger" busy={busy} disabled={!isReady}>
          Delete my account
        </Button>
        <Button tone="plain" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

interface ChoiceProps<T extends string> {
  legend: string;
  value: T;
  options: [T, string, string][];
  onChange(value: T): void;
}

function Choice<T extends string>({ legend, value, options, onChange }: ChoiceProps<T>) {
  return (
    <fieldset className="choices">
      <legend>{legend}</legend>
      {options.map(([option, text, hint]) => (
        <label key={option} className="choice">
          <input type="radio" name={legend} checked={value === option} onChange={() => onChange(option)} />
          <span>
            <strong>{text}</strong>
            <small>{hint}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

const erasureLink = ({ code }: Deletion): string => `/api/v1/erasures/${code}`;

function size(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const format = new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    maximumSignificantDigits: 2,
  });
  return format.format(bytes / 1_000 ** step);
}
