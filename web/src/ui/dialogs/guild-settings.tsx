import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { nameError } from '../../pages/rules';
import { GuildIcon } from '../avatar';
import { Button } from '../button';
import { Dialog } from '../dialog';
import { Field, FormProblem, problemAt } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';
import { PictureField } from '../pictures/picture-field';
import { show } from '../view';

const ICON = { width: 512, height: 512 };

/** The owner's settings of a guild. */
export function GuildSettingsDialog({ guild: id }: { guild: string }) {
  const engine = useEngine();
  const guild = useStore(state => state.guilds[id]);
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
    <Dialog title="Guild settings" size="medium">
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
      <DeleteGuild id={id} name={guild.name} />
    </Dialog>
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
