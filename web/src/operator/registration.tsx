import { type FormEvent, useEffect, useState } from 'react';
import type { RegistrationMode, RegistrationSettings } from '../api/types';
import { fullTime } from '../lib/time';
import { Button } from '../ui/button';
import { Field, FormProblem, problemAt } from '../ui/field';
import { useEngine, useSubmit } from '../ui/hooks';
import { show } from '../ui/view';
import { Codes } from './codes';
import { Head, Loading, Panel } from './parts';

const modes: [RegistrationMode, string, string][] = [
  ['open', 'Open', 'Anyone can make an account.'],
  ['invite', 'By invitation', 'Whoever has a registration code, or an invite into a guild.'],
  ['closed', 'Closed', 'Nobody. Operators make accounts: guildhall user create.'],
];

/** Who may make an account, and the codes that let people in. */
export function RegistrationPage() {
  const engine = useEngine();
  const [settings, setSettings] = useState<RegistrationSettings | null>(null);
  const { problem, submit: load } = useSubmit(async () => {
    setSettings(await engine.calls.signed.registrationSettings());
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: loaded when the page opens
  useEffect(() => {
    void load();
  }, []);
  return (
    <>
      <Head title="Registration" lead="Who may make an account on this server." />
      <FormProblem problem={problem} />
      {!settings && !problem && <Loading rows={3} />}
      {settings && (
        <>
          <Rules key={settings.changed_at ?? ''} settings={settings} onChanged={setSettings} />
          <Codes isNeeded={settings.rules.mode === 'invite'} />
        </>
      )}
    </>
  );
}

const listed = (text: string) => text.split(/[\s,]+/).filter(domain => domain !== '');

interface RulesProps {
  settings: RegistrationSettings;
  onChanged(settings: RegistrationSettings): void;
}

function Rules({ settings, onChanged }: RulesProps) {
  const { signed } = useEngine().calls;
  const { rules } = settings;
  const [mode, setMode] = useState(rules.mode);
  const [domains, setDomains] = useState(rules.allowed_email_domains?.join(', ') ?? '');
  const save = useSubmit(async () => {
    onChanged(await signed.setRegistration({ mode, allowed_email_domains: listed(domains) }));
    show.toast('Registration saved');
  });
  const reset = useSubmit(async () => {
    onChanged(await signed.resetRegistration());
    show.toast('The settings’ file holds again');
  });
  const isChanged =
    mode !== rules.mode || listed(domains).join() !== (rules.allowed_email_domains ?? []).join();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isChanged) void save.submit();
  };
  return (
    <Panel title="Who may register" lead={saidBy(settings)}>
      <form onSubmit={onSubmit} noValidate>
        <FormProblem problem={save.problem ?? reset.problem} fields={['allowed_email_domains']} />
        <fieldset className="choices modes">
          <legend className="visually-hidden">Who may register</legend>
          {modes.map(([option, text, hint]) => (
            <label key={option} className="choice">
              <input type="radio" name="mode" checked={mode === option} onChange={() => setMode(option)} />
              <span>
                <strong>{text}</strong>
                <small>{hint}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <Field
          label="Allowed e-mail domains"
          value={domains}
          onChange={value => {
            setDomains(value);
            save.clear();
          }}
          refusal={problemAt(save.problem, 'allowed_email_domains')}
          placeholder="example.org, example.com"
          hint="Only addresses of these domains are taken. Empty: any."
          spellCheck={false}
          autoCapitalize="none"
        />
        <div className="panel-actions">
          <Button type="submit" busy={save.busy} disabled={!isChanged}>
            Save
          </Button>
          {settings.source === 'operator' && (
            <Button tone="plain" busy={reset.busy} onClick={() => void reset.submit()}>
              Use the settings’ file
            </Button>
          )}
        </div>
      </form>
    </Panel>
  );
}

const saidBy = ({ source, changed_at }: RegistrationSettings): string =>
  source === 'operator' && changed_at
    ? `Set here on ${fullTime(changed_at)}. The settings’ file doesn’t count while that holds.`
    : 'As the settings’ file says. What you set here counts instead.';
