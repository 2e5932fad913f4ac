import { ChevronDown, Hash, Lock } from 'lucide-react';
import { Switch } from 'radix-ui';
import { type FormEvent, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { Engine } from '../../engine/engine';
import { nameError } from '../../pages/rules';
import { Button } from '../button';
import { Dialog, DialogActions } from '../dialog';
import { Field, FormProblem, problemAt } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';
import { pathOf } from '../selectors';
import { show } from '../view';
import { MemberPicker } from './member-picker';

const PACES: [string, number][] = [
  ['Not at all', 0],
  ['5 seconds', 5],
  ['10 seconds', 10],
  ['30 seconds', 30],
  ['1 minute', 60],
  ['5 minutes', 300],
  ['15 minutes', 900],
  ['1 hour', 3_600],
  ['6 hours', 21_600],
];
const otherPace = (seconds: number): [string, number] => [`${seconds} seconds`, seconds];

/** Makes a channel, or edits one. */
export function ChannelDialog({ guild, channel: id }: { guild: string; channel: string | undefined }) {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const known = useStore(state => (id ? state.channels[id] : undefined));
  const [name, setName] = useState(known?.name ?? '');
  const [topic, setTopic] = useState(known?.topic ?? '');
  const [isPrivate, setPrivate] = useState(known?.private ?? false);
  const [pace, setPace] = useState(known?.slow_mode_seconds ?? 0);
  const { allowed, setAllowed, saved } = useAllowed(known?.private ? id : undefined);
  const { busy, problem, submit } = useSubmit(async () => {
    const draft = { name: name.trim(), topic: topic.trim(), private: isPrivate };
    if (known) {
      engine.adopt(await engine.calls.signed.editChannel(known.id, { ...draft, slow_mode_seconds: pace }));
      if (isPrivate) await saveAllowed(engine, known.id, saved, allowed);
      show.noDialog();
      return;
    }
    const channel = await engine.calls.signed.createChannel(guild, {
      ...draft,
      allowed: isPrivate ? allowed : [],
    });
    engine.adopt(channel);
    show.noDialog();
    show.nav(false);
    navigate(pathOf(channel));
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!nameError(name)) void submit();
  };
  return (
    <Dialog title={known ? `Edit #${known.name}` : 'Create channel'} size="medium">
      <form onSubmit={onSubmit} noValidate>
        <FormProblem problem={problem} fields={['name', 'topic']} />
        <Field
          label="Channel name"
          autoFocus
          value={name}
          onChange={setName}
          error={nameError(name)}
          refusal={problemAt(problem, 'name')}
          placeholder="new-channel"
          after={isPrivate ? <Lock size={16} aria-hidden="true" /> : <Hash size={16} aria-hidden="true" />}
        />
        <Field
          label="Topic"
          value={topic}
          onChange={setTopic}
          maxLength={500}
          refusal={problemAt(problem, 'topic')}
          placeholder="What is it about? (optional)"
        />
        {known && (
          <label className="choice-field">
            <span>Slow mode: who has written waits</span>
            <select value={pace} onChange={event => setPace(Number(event.target.value))}>
              {(PACES.some(([, seconds]) => seconds === pace) ? PACES : [...PACES, otherPace(pace)]).map(
                ([text, seconds]) => (
                  <option key={seconds} value={seconds}>
                    {text}
                  </option>
                ),
              )}
            </select>
            <ChevronDown size={17} aria-hidden="true" />
          </label>
        )}
        <div className="switch-row">
          <label htmlFor="channel-private">
            <strong>Private channel</strong>
            <small>Only people whom you choose, and you as the owner, can see it.</small>
          </label>
          <Switch.Root
            id="channel-private"
            className="switch"
            checked={isPrivate}
            onCheckedChange={setPrivate}
          >
            <Switch.Thumb className="switch-thumb" />
          </Switch.Root>
        </div>
        {isPrivate && <MemberPicker guild={guild} chosen={allowed} onChange={setAllowed} />}
        <DialogActions>
          <Button tone="plain" onClick={show.noDialog}>
            Cancel
          </Button>
          <Button type="submit" busy={busy} disabled={nameError(name) !== null}>
            {known ? 'Save changes' : 'Create channel'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** The list of a private channel: what is saved, and what is chosen now. */
function useAllowed(channel: string | undefined) {
  const engine = useEngine();
  const [saved, setSaved] = useState<readonly string[]>([]);
  const [allowed, setAllowed] = useState<string[]>([]);
  useEffect(() => {
    if (!channel) return;
    engine.calls.signed.allowed(channel).then(
      ({ items }) => {
        setSaved(items);
        setAllowed(items);
      },
      () => show.toast('The list of who may see the channel can’t be loaded', 'bad'),
    );
  }, [engine, channel]);
  return { allowed, setAllowed, saved };
}

async function saveAllowed(
  engine: Engine,
  channel: string,
  saved: readonly string[],
  now: readonly string[],
) {
  const { allow, disallow } = engine.calls.signed;
  const added = now.filter(user => !saved.includes(user));
  const removed = saved.filter(user => !now.includes(user));
  await Promise.all([
    ...added.map(user => allow(channel, user)),
    ...removed.map(user => disallow(channel, user)),
  ]);
}
