import { type FormEvent, useState } from 'react';
import type { Me, MeEdit } from '../../api/types';
import { nameError } from '../../pages/rules';
import { Avatar } from '../avatar';
import { Button } from '../button';
import { AreaField, Field, FormProblem, problemAt } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';
import { ProfileCard } from '../members/profile-card';
import { PictureField } from '../pictures/picture-field';
import { show } from '../view';

const AVATAR = { width: 512, height: 512 };
const BANNER = { width: 1_500, height: 500 };
const BIO_MAX = 500;
const PRONOUNS_MAX = 40;
const FIELDS = ['display_name', 'handle', 'pronouns', 'bio', 'accent_color'];

/** How others see the person, and how they will. */
export function ProfileSettings() {
  const me = useStore(({ session }) => (session.phase === 'signed_in' ? session.me : null));
  return me && <ProfileForm me={me} />;
}

function draftOf(me: Me) {
  return {
    display_name: me.display_name,
    handle: me.handle ?? '',
    pronouns: me.pronouns ?? '',
    bio: me.bio ?? '',
    accent_color: me.accent_color ?? '',
  };
}

type Draft = ReturnType<typeof draftOf>;

/** What differs from what is saved. */
function changes(draft: Draft, me: Me): MeEdit {
  const saved = draftOf(me);
  const names = Object.keys(saved) as (keyof Draft)[];
  return Object.fromEntries(
    names.filter(name => draft[name].trim() !== saved[name]).map(name => [name, draft[name].trim()]),
  );
}

function handleError(handle: string): string | null {
  const plain = handle.trim().replace(/^@/, '').toLowerCase();
  if (plain.length < 2 || plain.length > 32) return 'A handle has 2 to 32 characters.';
  if (!/^[a-z0-9_]+(\.[a-z0-9_]+)*$/.test(plain)) return 'Use a–z, 0–9, _ and single dots inside.';
  return null;
}

function ProfileForm({ me }: { me: Me }) {
  const engine = useEngine();
  const [draft, setDraft] = useState(() => draftOf(me));
  const edit = changes(draft, me);
  const isChanged = Object.keys(edit).length > 0;
  const { busy, problem, submit, clear } = useSubmit(async () => {
    await engine.editMe(edit);
    show.toast('Profile saved');
  });
  const set = (name: keyof Draft) => (value: string) => {
    clear();
    setDraft(now => ({ ...now, [name]: value }));
  };
  const canSave =
    isChanged &&
    !nameError(draft.display_name) &&
    !handleError(draft.handle) &&
    [...draft.bio].length <= BIO_MAX &&
    [...draft.pronouns].length <= PRONOUNS_MAX;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (canSave) void submit();
  };
  const shown = {
    ...me,
    ...draft,
    accent_color: draft.accent_color || null,
    handle: draft.handle.trim().replace(/^@/, '').toLowerCase(),
    display_name: draft.display_name.trim() || me.display_name,
  };
  return (
    <div className="profile-settings">
      <div className="profile-edit">
        <PictureField
          label="Avatar"
          preview={<Avatar user={me.id} size={48} />}
          hasPicture={Boolean(me.avatar)}
          size={AVATAR}
          isRound
          onSave={file => engine.setMyPicture('avatar', file)}
        />
        <PictureField
          label="Banner"
          hasPicture={Boolean(me.banner)}
          size={BANNER}
          onSave={file => engine.setMyPicture('banner', file)}
        />
        <form onSubmit={onSubmit} noValidate>
          <FormProblem problem={problem} fields={FIELDS} />
          <Field
            label="Display name"
            value={draft.display_name}
            onChange={set('display_name')}
            error={nameError(draft.display_name)}
            refusal={problemAt(problem, 'display_name')}
          />
          <Field
            label="Handle"
            value={draft.handle}
            onChange={set('handle')}
            error={handleError(draft.handle)}
            refusal={problemAt(problem, 'handle')}
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
            before="@"
            hint="It is yours alone here. You can change it twice an hour."
          />
          <Field
            label="Pronouns"
            value={draft.pronouns}
            onChange={set('pronouns')}
            refusal={problemAt(problem, 'pronouns')}
            placeholder="they/them"
            maxLength={PRONOUNS_MAX}
            autoComplete="off"
          />
          <AreaField
            label="About me"
            value={draft.bio}
            onChange={set('bio')}
            refusal={problemAt(problem, 'bio')}
            max={BIO_MAX}
          />
          <ColorField
            value={draft.accent_color}
            onChange={set('accent_color')}
            refusal={problemAt(problem, 'accent_color')}
          />
          <Button type="submit" busy={busy} disabled={!canSave}>
            Save changes
          </Button>
        </form>
      </div>
      <aside className="profile-preview" aria-label="Preview">
        <h3>Preview</h3>
        <div className="profile profile-still">
          <ProfileCard person={shown} seen="online" />
        </div>
        <p className="hint">
          {me.email}
          {me.operator && <span className="tag">Operator</span>}
        </p>
      </aside>
    </div>
  );
}

interface ColorProps {
  value: string;
  onChange(value: string): void;
  refusal: string | null;
}

function ColorField({ value, onChange, refusal }: ColorProps) {
  return (
    <div className="field color-field">
      <label htmlFor="accent-color">Accent colour</label>
      <div className="color-row">
        <input
          id="accent-color"
          type="color"
          value={value || '#6a5be0'}
          onChange={event => onChange(event.target.value)}
          aria-describedby={refusal ? 'accent-color-error' : undefined}
        />
        <span>{value || 'As given to you'}</span>
        {value && (
          <Button tone="plain" size="small" onClick={() => onChange('')}>
            Reset<span className="visually-hidden"> accent colour</span>
          </Button>
        )}
      </div>
      {refusal && (
        <p className="field-error" id="accent-color-error" role="alert">
          {refusal}
        </p>
      )}
    </div>
  );
}
