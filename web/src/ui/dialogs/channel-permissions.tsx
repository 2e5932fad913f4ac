import { Check, ChevronDown, Eye, Minus, X } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useId, useState } from 'react';
import type { Overwrite, Target } from '../../api/types';
import { type Explained, has, OF_CHANNELS, type PermissionName, withPermission } from '../../lib/permissions';
import { Avatar, UserName } from '../avatar';
import { Dialog } from '../dialog';
import { FormProblem } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';
import { RoleDot } from '../roles/role-name';
import { useRoles } from '../roles/standing';

type Word = 'allow' | 'neutral' | 'deny';

const idOf = (target: Target): string => ('role' in target ? `role ${target.role}` : `user ${target.user}`);

/** What a channel gives to roles and people by itself, and takes from them. */
export function ChannelPermissionsDialog({ guild, channel }: { guild: string; channel: string }) {
  const engine = useEngine();
  const name = useStore(state => state.channels[channel]?.name);
  const roles = useRoles(guild);
  const [overwrites, setOverwrites] = useState<readonly Overwrite[]>([]);
  const [chosen, setChosen] = useState<Target>({ role: guild });
  const { problem, submit: load } = useSubmit(async () => {
    setOverwrites((await engine.calls.signed.overwrites(channel)).items);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: loaded when the dialog opens
  useEffect(() => {
    void load();
    engine.members.open(guild);
  }, []);
  const put = useCallback((changed: Overwrite) => {
    setOverwrites(list => [
      ...list.filter(({ target }) => idOf(target) !== idOf(changed.target)),
      ...(changed.allow || changed.deny ? [changed] : []),
    ]);
  }, []);
  if (!name) return null;
  const known = overwrites.find(({ target }) => idOf(target) === idOf(chosen));
  const people = overwrites.flatMap(({ target }) => ('user' in target ? [target.user] : []));
  return (
    <Dialog title={`Permissions of #${name}`} size="large" className="settings">
      <FormProblem problem={problem} />
      <div className="roles">
        <div className="role-side">
          <ul className="role-list" aria-label="Roles and people">
            {[...roles].reverse().map(role => (
              <Choice
                key={role.id}
                target={{ role: role.id }}
                chosen={chosen}
                isSaid={overwrites.some(({ target }) => idOf(target) === `role ${role.id}`)}
                onChoose={setChosen}
              >
                <RoleDot role={role} />
                <span>{role.name}</span>
              </Choice>
            ))}
            {[...new Set([...people, ...('user' in chosen ? [chosen.user] : [])])].map(user => (
              <Choice
                key={user}
                target={{ user }}
                chosen={chosen}
                isSaid={people.includes(user)}
                onChoose={setChosen}
              >
                <Avatar user={user} size={20} />
                <span>
                  <UserName user={user} />
                </span>
              </Choice>
            ))}
          </ul>
          <AddPerson guild={guild} known={people} onAdd={user => setChosen({ user })} />
        </div>
        <Words
          key={idOf(chosen)}
          channel={channel}
          target={chosen}
          allow={known?.allow ?? 0}
          deny={known?.deny ?? 0}
          onChange={put}
        />
      </div>
    </Dialog>
  );
}

interface ChoiceProps {
  target: Target;
  chosen: Target;
  isSaid: boolean;
  onChoose(target: Target): void;
  children: ReactNode;
}

function Choice({ target, chosen, isSaid, onChoose, children }: ChoiceProps) {
  return (
    <li className="role-item">
      <button
        type="button"
        className="role-choose"
        aria-pressed={idOf(target) === idOf(chosen)}
        onClick={() => onChoose(target)}
      >
        {children}
        {isSaid && <small className="role-said">set</small>}
      </button>
    </li>
  );
}

const nobody: never[] = [];

function AddPerson({ guild, known, onAdd }: { guild: string; known: string[]; onAdd(user: string): void }) {
  const items = useStore(state => state.members[guild]?.items) ?? nobody;
  const users = useStore(state => state.users);
  const nameOf = (user: string) => users[user]?.display_name ?? '';
  const others = items.map(({ user }) => user).filter(user => !known.includes(user));
  return (
    <label className="choice-field">
      <span>Add a person</span>
      <select value="" onChange={event => event.target.value && onAdd(event.target.value)}>
        <option value="">Choose a member…</option>
        {others
          .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
          .map(user => (
            <option key={user} value={user}>
              {nameOf(user)}
            </option>
          ))}
      </select>
      <ChevronDown size={17} aria-hidden="true" />
    </label>
  );
}

interface WordsProps {
  channel: string;
  target: Target;
  allow: number;
  deny: number;
  onChange(changed: Overwrite): void;
}

/** What is said about one role or person: each click is saved at once. */
function Words({ channel, target, allow, deny, onChange }: WordsProps) {
  const engine = useEngine();
  const { seenAs, setOverwrite } = engine.calls.signed;
  const [effective, setEffective] = useState<number | null>(null);
  const key = idOf(target);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again whenever what is said changes
  useEffect(() => {
    let isLate = false;
    seenAs(channel, target).then(
      ({ permissions }) => isLate || setEffective(permissions),
      () => isLate || setEffective(null),
    );
    return () => {
      isLate = true;
    };
  }, [channel, key, allow, deny]);
  const { busy, problem, submit } = useSubmit(async (name: PermissionName, word: Word) => {
    onChange(
      await setOverwrite(channel, target, {
        allow: withPermission(allow, name, word === 'allow'),
        deny: withPermission(deny, name, word === 'deny'),
      }),
    );
  });
  const may = (name: PermissionName) => effective !== null && has(effective, name);
  const view = OF_CHANNELS.filter(({ name }) => may(name)).map(({ label }) => label.toLowerCase());
  return (
    <div className="role-editor" aria-busy={busy || undefined}>
      <FormProblem problem={problem} />
      <div className="words">
        {OF_CHANNELS.map(permission => (
          <WordRow
            key={permission.name}
            permission={permission}
            word={has(allow, permission.name) ? 'allow' : has(deny, permission.name) ? 'deny' : 'neutral'}
            onChange={word => void submit(permission.name, word)}
          />
        ))}
      </div>
      {effective !== null && (
        <p className="seen-as" role="status">
          <Eye size={16} aria-hidden="true" />
          <span>
            <strong>{'role' in target ? 'Seen with this role alone:' : 'Seen by this member:'}</strong>{' '}
            {view.length > 0 ? view.join(', ') : 'the channel doesn’t show'}
          </span>
        </p>
      )}
    </div>
  );
}

const WORDS: readonly [Word, string, ReactNode][] = [
  ['deny', 'Deny', <X key="i" size={15} />],
  ['neutral', 'As the roles say', <Minus key="i" size={15} />],
  ['allow', 'Allow', <Check key="i" size={15} />],
];

function WordRow({
  permission,
  word,
  onChange,
}: {
  permission: Explained;
  word: Word;
  onChange(word: Word): void;
}) {
  const group = useId();
  return (
    <fieldset className="word">
      <legend>
        <strong>{permission.label}</strong>
        <small>{permission.hint}</small>
      </legend>
      <div className="word-choices">
        {WORDS.map(([value, label, icon]) => (
          <label key={value} className="word-choice" data-word={value} title={label}>
            <input
              type="radio"
              name={group}
              value={value}
              checked={word === value}
              onChange={() => onChange(value)}
              aria-label={label}
            />
            {icon}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
