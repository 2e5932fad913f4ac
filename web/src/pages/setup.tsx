import { ArrowRight, Check, Copy, ShieldCheck } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { Redirect, useLocation } from 'wouter';
import { copy } from '../lib/clipboard';
import { Button } from '../ui/button';
import { Field, FormProblem, problemAt } from '../ui/field';
import { useEngine, useStore, useSubmit } from '../ui/hooks';
import { ProviderLinks } from '../ui/providers';
import { AccountForm } from './account-form';
import { Frame } from './frame';
import { createGuild } from './join';
import { nameError } from './rules';
import { Splash } from './splash';

type Step = { name: 'checking' | 'closed' | 'account' | 'guild' } | { name: 'invite'; path: string };

/** The first run: the operator's account, a guild, a link to share; it ends in a usable channel. */
export function SetupPage() {
  const engine = useEngine();
  const [step, setStep] = useState<Step>({ name: 'checking' });
  useEffect(() => {
    engine.calls.anonymous.setup().then(
      ({ set_up }) =>
        setStep(old => (old.name === 'checking' ? { name: set_up ? 'closed' : 'account' } : old)),
      () => setStep({ name: 'closed' }),
    );
  }, [engine]);
  switch (step.name) {
    case 'checking':
      return <Splash />;
    case 'closed':
      return <Redirect to="/" replace />;
    case 'account':
      return (
        <Frame
          above={<Steps at={1} />}
          title="Welcome to your Guildhall"
          lead="Make the first account. It runs this server."
          below={
            <>
              <ShieldCheck size={15} aria-hidden="true" /> Everything stays on this machine.
            </>
          }
        >
          <AccountForm
            onSubmit={async registration => {
              await engine.register(registration);
              setStep({ name: 'guild' });
            }}
          />
          <ProviderLinks next="/" />
        </Frame>
      );
    case 'guild':
      return <GuildStep onDone={path => setStep({ name: 'invite', path })} />;
    case 'invite':
      return <InviteStep path={step.path} />;
  }
}

function GuildStep({ onDone }: { onDone(path: string): void }) {
  const engine = useEngine();
  const me = useStore(({ session }) => (session.phase === 'signed_in' ? session.me.display_name : ''));
  const [name, setName] = useState('');
  const { busy, problem, submit } = useSubmit(async () => onDone(await createGuild(engine, name.trim())));
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!nameError(name)) void submit();
  };
  return (
    <Frame
      above={<Steps at={2} />}
      title="Name your guild"
      lead="A guild is your community’s home: channels, people and everything that is said."
    >
      <form onSubmit={onSubmit} noValidate>
        <FormProblem problem={problem} fields={['name']} />
        <Field
          label="Guild name"
          autoFocus
          value={name}
          onChange={setName}
          error={nameError(name)}
          refusal={problemAt(problem, 'name')}
          placeholder={me ? `${me}’s guild` : 'The Night Owls'}
        />
        <Button type="submit" wide busy={busy} disabled={nameError(name) !== null}>
          Create guild
        </Button>
      </form>
    </Frame>
  );
}

function InviteStep({ path }: { path: string }) {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const [link, setLink] = useState('');
  const [isCopied, setCopied] = useState(false);
  const guild = path.split('/')[2] ?? '';
  const { problem, submit } = useSubmit(async () => {
    const invite = await engine.calls.signed.createInvite(guild, {});
    setLink(`${location.origin}/invite/${invite.code}`);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: one link, made when the step opens
  useEffect(() => {
    void submit();
  }, [guild]);
  return (
    <Frame
      above={<Steps at={3} />}
      title="Bring your people"
      lead="Anyone with this link can join for the next 7 days."
    >
      <FormProblem problem={problem} />
      <div className="link-box">
        <input aria-label="Invite link" readOnly value={link} onFocus={event => event.target.select()} />
        <Button
          tone={isCopied ? 'quiet' : 'primary'}
          disabled={!link}
          onClick={async () => setCopied(await copy(link))}
        >
          {isCopied ? <Check size={16} /> : <Copy size={16} />} {isCopied ? 'Copied' : 'Copy'}
        </Button>
      </div>
      <Button wide onClick={() => navigate(path, { replace: true })}>
        Go to #general <ArrowRight size={16} />
      </Button>
    </Frame>
  );
}

function Steps({ at }: { at: number }) {
  return (
    <p className="steps">
      <span className="visually-hidden">Step {at} of 3</span>
      {[1, 2, 3].map(step => (
        <i key={step} data-done={step < at || undefined} data-current={step === at || undefined} />
      ))}
    </p>
  );
}
