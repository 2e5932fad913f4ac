import { Flag, Gavel, Home, ScrollText, Shield } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { nameError } from '../../pages/rules';
import { GuildIcon } from '../avatar';
import { Button } from '../button';
import { Dialog } from '../dialog';
import { Field, FormProblem, problemAt } from '../field';
import { useEngine, useMe, useStore, useSubmit } from '../hooks';
import { PictureField } from '../pictures/picture-field';
import { useMay } from '../roles/standing';
import { AuditLogSettings } from '../settings/audit-log';
import { BanSettings } from '../settings/bans';
import { ReportSettings } from '../settings/reports';
import { RoleSettings } from '../settings/roles';
import { show } from '../view';

const ICON = { width: 512, height: 512 };

/** A guild's settings, for who may change any of them. */
export function GuildSettingsDialog({ guild: id }: { guild: string }) {
  const name = useStore(state => state.guilds[id]?.name);
  const isManager = useMay(id, 'manageGuild');
  const managesRoles = useMay(id, 'manageRoles');
  const bans = useMay(id, 'ban');
  const seesLog = useMay(id, 'viewAuditLog');
  const seesReports = useMay(id, 'manageMessages');
  const pages = [
    isManager && 'guild',
    managesRoles && 'roles',
    seesReports && 'reports',
    bans && 'bans',
    seesLog && 'audit-log',
  ];
  const first = pages.find(page => page !== false);
  if (!name || !first) return null;
  return (
    <Dialog title="Guild settings" size="large" className="settings">
      <Tabs.Root defaultValue={first} className="tabs">
        <div className="tabs-side">
          <Tabs.List className="tabs-list" aria-label="Guild settings">
            {isManager && (
              <Tabs.Trigger value="guild" className="tab">
                <Home size={17} />
                Guild
              </Tabs.Trigger>
            )}
            {managesRoles && (
              <Tabs.Trigger value="roles" className="tab">
                <Shield size={17} />
                Roles
              </Tabs.Trigger>
            )}
            {seesReports && (
              <Tabs.Trigger value="reports" className="tab">
                <Flag size={17} />
                Reports
              </Tabs.Trigger>
            )}
            {bans && (
              <Tabs.Trigger value="bans" className="tab">
                <Gavel size={17} />
                Bans
              </Tabs.Trigger>
            )}
            {seesLog && (
              <Tabs.Trigger value="audit-log" className="tab">
                <ScrollText size={17} />
                Audit log
              </Tabs.Trigger>
            )}
          </Tabs.List>
        </div>
        <Tabs.Content value="guild" className="tabs-page">
          <GuildPage id={id} />
        </Tabs.Content>
        <Tabs.Content value="roles" className="tabs-page">
          <RoleSettings guild={id} />
        </Tabs.Content>
        <Tabs.Content value="reports" className="tabs-page">
          <ReportSettings guild={id} />
        </Tabs.Content>
        <Tabs.Content value="bans" className="tabs-page">
          <BanSettings guild={id} />
        </Tabs.Content>
        <Tabs.Content value="audit-log" className="tabs-page">
          <AuditLogSettings guild={id} />
        </Tabs.Content>
      </Tabs.Root>
    </Dialog>
  );
}

function GuildPage({ id }: { id: string }) {
  const engine = useEngine();
  const guild = useStore(state => state.guilds[id]);
  const isOwner = useMe() === guild?.owner;
  const { putIcon, deleteIcon } = engine.calls.signed;
  const [name, setName] = useState(guild?.name ?? '');
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.calls.signed.editGuild(id, name.trim());
    show.toast('Guild renamed');
  });
  if (!guild) return null;
  const canSave = !nameError(name) && name.trim() !== guild.name;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (canSave) void submit();
  };
  return (
    <>
      <PictureField
        label="Icon"
        preview={<GuildIcon id={id} name={name || guild.name} icon={guild.icon} size={72} />}
        hasPicture={Boolean(guild.icon)}
        size={ICON}
        onSave={file => (file ? putIcon(id, file) : deleteIcon(id))}
      />
      <form onSubmit={onSubmit} noValidate>
        <FormProblem problem={problem} fields={['name']} />
        <Field
          label="Guild name"
          value={name}
          onChange={setName}
          error={nameError(name)}
          refusal={problemAt(problem, 'name')}
        />
        <Button type="submit" busy={busy} disabled={!canSave}>
          Save changes
        </Button>
      </form>
      {isOwner && <DeleteGuild id={id} name={guild.name} />}
    </>
  );
}

function DeleteGuild({ id, name }: { id: string; name: string }) {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState('');
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.calls.signed.deleteGuild(id);
    show.noDialog();
    navigate('/', { replace: true });
    await engine.refetch();
  });
  return (
    <section className="danger-zone">
      <h3>Delete this guild</h3>
      <p>All its channels, messages and invites go with it. This can’t be undone.</p>
      <FormProblem problem={problem} />
      <Field label={`Type “${name}” to confirm`} value={typed} onChange={setTyped} autoComplete="off" />
      <Button tone="danger" busy={busy} disabled={typed.trim() !== name} onClick={() => void submit()}>
        Delete guild
      </Button>
    </section>
  );
}
