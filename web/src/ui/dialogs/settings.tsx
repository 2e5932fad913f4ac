import {
  Info,
  KeyRound,
  LogOut,
  Monitor,
  MonitorSmartphone,
  Moon,
  Palette,
  Sun,
  UserRound,
} from 'lucide-react';
import { Tabs } from 'radix-ui';
import { type FormEvent, type ReactNode, useState } from 'react';
import { nameError } from '../../pages/rules';
import { Avatar } from '../avatar';
import { Button } from '../button';
import { Dialog } from '../dialog';
import { Field, FormProblem, problemAt } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';
import { Wordmark } from '../logo';
import { AccountSettings } from '../settings/account';
import { SessionSettings } from '../settings/sessions';
import { changeLook, type Density, show, type Theme, useView } from '../view';

/** The person's own settings. */
export function SettingsDialog() {
  const engine = useEngine();
  const logOut = () => {
    show.noDialog();
    void engine.logOut();
  };
  return (
    <Dialog title="Settings" size="large" className="settings">
      <Tabs.Root defaultValue="profile" className="tabs">
        <div className="tabs-side">
          <Tabs.List className="tabs-list" aria-label="Settings">
            <Tab value="profile" icon={<UserRound size={17} />}>
              Profile
            </Tab>
            <Tab value="account" icon={<KeyRound size={17} />}>
              Account
            </Tab>
            <Tab value="sessions" icon={<MonitorSmartphone size={17} />}>
              Sessions
            </Tab>
            <Tab value="looks" icon={<Palette size={17} />}>
              Appearance
            </Tab>
            <Tab value="about" icon={<Info size={17} />}>
              About
            </Tab>
          </Tabs.List>
          <button type="button" className="tab tab-out" onClick={logOut}>
            <LogOut size={17} aria-hidden="true" /> Log out
          </button>
        </div>
        <Tabs.Content value="profile" className="tabs-page">
          <Profile />
        </Tabs.Content>
        <Tabs.Content value="account" className="tabs-page">
          <AccountSettings />
        </Tabs.Content>
        <Tabs.Content value="sessions" className="tabs-page">
          <SessionSettings />
        </Tabs.Content>
        <Tabs.Content value="looks" className="tabs-page">
          <Looks />
        </Tabs.Content>
        <Tabs.Content value="about" className="tabs-page">
          <About />
        </Tabs.Content>
      </Tabs.Root>
    </Dialog>
  );
}

function Tab({ value, icon, children }: { value: string; icon: ReactNode; children: ReactNode }) {
  return (
    <Tabs.Trigger value={value} className="tab">
      {icon}
      {children}
    </Tabs.Trigger>
  );
}

function Profile() {
  const engine = useEngine();
  const me = useStore(({ session }) => (session.phase === 'signed_in' ? session.me : null));
  const [name, setName] = useState(me?.display_name ?? '');
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.rename(name.trim());
    show.toast('Profile saved');
  });
  if (!me) return null;
  const canSave = !nameError(name) && name.trim() !== me.display_name;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (canSave) void submit();
  };
  return (
    <form onSubmit={onSubmit} noValidate>
      <div className="settings-me">
        <Avatar user={me.id} size={72} />
        <div>
          <strong>{me.display_name}</strong>
          <small>{me.email}</small>
          {me.operator && <span className="tag">Operator</span>}
        </div>
      </div>
      <FormProblem problem={problem} fields={['display_name']} />
      <Field
        label="Display name"
        value={name}
        onChange={setName}
        error={nameError(name)}
        refusal={problemAt(problem, 'display_name')}
      />
      <Button type="submit" busy={busy} disabled={!canSave}>
        Save changes
      </Button>
    </form>
  );
}

function Looks() {
  const look = useView(view => view.look);
  return (
    <>
      <Segments<Theme>
        legend="Theme"
        value={look.theme}
        options={[
          ['system', 'System', <Monitor key="i" size={18} />],
          ['light', 'Light', <Sun key="i" size={18} />],
          ['dark', 'Dark', <Moon key="i" size={18} />],
        ]}
        onChange={theme => changeLook({ theme })}
      />
      <Segments<Density>
        legend="Messages"
        value={look.density}
        options={[
          ['cosy', 'Cosy', null],
          ['compact', 'Compact', null],
        ]}
        onChange={density => changeLook({ density })}
      />
    </>
  );
}

interface SegmentProps<T extends string> {
  legend: string;
  value: T;
  options: [T, string, ReactNode][];
  onChange(value: T): void;
}

function Segments<T extends string>({ legend, value, options, onChange }: SegmentProps<T>) {
  return (
    <fieldset className="segments">
      <legend>{legend}</legend>
      <div className="segments-row">
        {options.map(([option, text, icon]) => (
          <label key={option} className="segment">
            <input type="radio" name={legend} checked={value === option} onChange={() => onChange(option)} />
            {icon}
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function About() {
  return (
    <div className="about">
      <Wordmark />
      <p>Self-hosted, real-time chat for communities. Your words stay on your own machine.</p>
      <p>Free software under the AGPL-3.0-or-later: whoever runs this server can give you its source.</p>
      <p>
        <a href="/api/docs" target="_blank" rel="noreferrer">
          API documentation
        </a>
      </p>
    </div>
  );
}
