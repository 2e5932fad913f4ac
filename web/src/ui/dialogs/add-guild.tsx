import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { createGuild, inviteCode } from '../../pages/join';
import { nameError } from '../../pages/rules';
import { GuildIcon } from '../avatar';
import { Button } from '../button';
import { Dialog } from '../dialog';
import { Field, FormProblem, problemAt } from '../field';
import { useEngine, useSubmit } from '../hooks';
import { show } from '../view';

/** Make a guild, or join one by its link. */
export function AddGuildDialog() {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const [name, setName] = useState('');
  const { busy, problem, submit } = useSubmit(async () => {
    const path = await createGuild(engine, name.trim());
    show.noDialog();
    show.nav(false);
    navigate(path);
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!nameError(name)) void submit();
  };
  return (
    <Dialog title="Add a guild" description="A guild is a home for your friends, team or club.">
      <form onSubmit={onSubmit} noValidate>
        <div className="guild-preview">
          <GuildIcon id={name || 'new'} name={name || '+'} size={72} />
        </div>
        <FormProblem problem={problem} fields={['name']} />
        <Field
          label="Guild name"
          autoFocus
          value={name}
          onChange={setName}
          error={nameError(name)}
          refusal={problemAt(problem, 'name')}
          placeholder="The Night Owls"
        />
        <Button type="submit" wide busy={busy} disabled={nameError(name) !== null}>
          Create guild
        </Button>
      </form>
      <p className="or">
        <span>or join one</span>
      </p>
      <JoinForm />
    </Dialog>
  );
}

function JoinForm() {
  const [, navigate] = useLocation();
  const [link, setLink] = useState('');
  const code = inviteCode(link);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!code) return;
    show.noDialog();
    navigate(`/invite/${code}`);
  };
  return (
    <form onSubmit={onSubmit} noValidate>
      <Field
        label="Invite link"
        value={link}
        onChange={setLink}
        error={code ? null : 'Paste the whole link, like https://…/invite/abc123.'}
        placeholder={`${location.origin}/invite/…`}
      />
      <Button type="submit" wide tone="quiet" disabled={!code}>
        Look at the invite
      </Button>
    </form>
  );
}
