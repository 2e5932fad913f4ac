import { ChevronDown } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '../button';
import { Dialog, DialogActions } from '../dialog';
import { Field, FormProblem, problemAt } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';
import { useStatus } from '../status';
import { show } from '../view';

const TEXT_MAX = 128;
const EMOJI = ['🎮', '🎲', '🍜', '☕', '📚', '🎧', '🔨', '🌴', '🤒', '💤'];
const FIELDS = ['status.emoji', 'status.text', 'status.expires_at'];

/** How long a status lasts, in minutes; 0: until it is changed; -1: until midnight; -2: as it was. */
const LASTS: [string, number][] = [
  ['30 minutes', 30],
  ['1 hour', 60],
  ['4 hours', 240],
  ['Today', -1],
  ['Until I change it', 0],
];
const AS_IT_WAS = -2;

function endOf(minutes: number, was: string | null): string | null {
  if (minutes === AS_IT_WAS) return was;
  if (minutes === 0) return null;
  if (minutes > 0) return new Date(Date.now() + minutes * 60_000).toISOString();
  const midnight = new Date();
  midnight.setHours(24, 0, 0, 0);
  return midnight.toISOString();
}

/** What the person is up to. */
export function StatusDialog() {
  const engine = useEngine();
  const me = useStore(({ session }) => (session.phase === 'signed_in' ? session.me : null));
  const status = useStatus(me);
  const [emoji, setEmoji] = useState(status?.emoji ?? '');
  const [text, setText] = useState(status?.text ?? '');
  const [lasts, setLasts] = useState(status?.expires_at ? AS_IT_WAS : 0);
  const { busy, problem, submit, clear } = useSubmit(async (remove: boolean) => {
    const expires_at = endOf(lasts, status?.expires_at ?? null);
    await engine.editMe({
      status: remove ? { emoji: '', text: '' } : { emoji, text: text.trim(), expires_at },
    });
    show.noDialog();
  });
  const isEmpty = emoji.trim() === '' && text.trim() === '';
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!isEmpty) void submit(false);
  };
  const edit = (set: (value: string) => void) => (value: string) => {
    clear();
    set(value);
  };
  const options: [string, number][] = status?.expires_at ? [['As it is now', AS_IT_WAS], ...LASTS] : LASTS;
  return (
    <Dialog title="Your status" description="Everyone who can see your profile sees it." size="small">
      <form onSubmit={onSubmit} noValidate className="status-form">
        <FormProblem problem={problem} fields={FIELDS} />
        <div className="status-fields">
          <Field
            label="Emoji"
            className="status-emoji-field"
            value={emoji}
            onChange={edit(setEmoji)}
            refusal={problemAt(problem, 'status.emoji')}
            autoComplete="off"
            placeholder="🙂"
          />
          <Field
            label="What are you up to?"
            value={text}
            onChange={edit(setText)}
            refusal={problemAt(problem, 'status.text')}
            maxLength={TEXT_MAX}
            autoComplete="off"
            autoFocus
            placeholder="Painting miniatures"
          />
        </div>
        <fieldset className="status-choices">
          <legend className="visually-hidden">Choose an emoji</legend>
          {EMOJI.map(choice => (
            <button
              key={choice}
              type="button"
              className="status-choice"
              aria-pressed={choice === emoji}
              aria-label={choice}
              onClick={() => edit(setEmoji)(choice === emoji ? '' : choice)}
            >
              {choice}
            </button>
          ))}
        </fieldset>
        <label className="choice-field">
          <span>Ends after</span>
          <select value={lasts} onChange={event => setLasts(Number(event.target.value))}>
            {options.map(([name, minutes]) => (
              <option key={minutes} value={minutes}>
                {name}
              </option>
            ))}
          </select>
          <ChevronDown size={17} aria-hidden="true" />
        </label>
        <DialogActions>
          {status ? (
            <Button tone="plain" disabled={busy} onClick={() => void submit(true)}>
              Clear status
            </Button>
          ) : (
            <Button tone="plain" onClick={show.noDialog}>
              Cancel
            </Button>
          )}
          <Button type="submit" busy={busy} disabled={isEmpty}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
