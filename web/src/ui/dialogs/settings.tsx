import {
  Archive,
  Info,
  KeyRound,
  LogOut,
  MonitorSmartphone,
  Palette,
  ShieldCheck,
  UserRound,
} from 'lucide-react';
import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import { Dialog } from '../dialog';
import { useEngine } from '../hooks';
import { Wordmark } from '../logo';
import { AccountSettings } from '../settings/account';
import { Preferences } from '../settings/preferences';
import { PrivacySettings } from '../settings/privacy';
import { ProfileSettings } from '../settings/profile';
import { SecuritySettings } from '../settings/security';
import { SessionSettings } from '../settings/sessions';
import { YourData } from '../settings/your-data';
import { show } from '../view';

/** The person's own settings. */
export function SettingsDialog({ tab = 'profile' }: { tab?: string }) {
  const engine = useEngine();
  const logOut = () => {
    show.noDialog();
    void engine.logOut();
  };
  return (
    <Dialog title="Settings" size="large" className="settings">
      <Tabs.Root defaultValue={tab} className="tabs">
        <div className="tabs-side">
          <Tabs.List className="tabs-list" aria-label="Settings">
            <Tab value="profile" icon={<UserRound size={17} />}>
              Profile
            </Tab>
            <Tab value="account" icon={<KeyRound size={17} />}>
              Account
            </Tab>
            <Tab value="security" icon={<ShieldCheck size={17} />}>
              Security
            </Tab>
            <Tab value="sessions" icon={<MonitorSmartphone size={17} />}>
              Sessions
            </Tab>
            <Tab value="privacy" icon={<ShieldCheck size={17} />}>
              Privacy
            </Tab>
            <Tab value="data" icon={<Archive size={17} />}>
              Your data
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
          <ProfileSettings />
        </Tabs.Content>
        <Tabs.Content value="account" className="tabs-page">
          <AccountSettings />
        </Tabs.Content>
        <Tabs.Content value="security" className="tabs-page">
          <SecuritySettings />
        </Tabs.Content>
        <Tabs.Content value="sessions" className="tabs-page">
          <SessionSettings />
        </Tabs.Content>
        <Tabs.Content value="privacy" className="tabs-page">
          <PrivacySettings />
        </Tabs.Content>
        <Tabs.Content value="data" className="tabs-page">
          <YourData />
        </Tabs.Content>
        <Tabs.Content value="looks" className="tabs-page">
          <Preferences />
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
