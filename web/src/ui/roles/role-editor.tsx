import { Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Role } from '../../api/types';
import { EXPLAINED, has, withPermission } from '../../lib/permissions';
import { nameError } from '../../pages/rules';
import { Avatar } from '../avatar';
import { Button } from '../button';
import { Field, FormProblem, problemAt } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';
import { Switch } from '../switch';
import { show } from '../view';
import { MemberName } from './role-name';
import { useRank } from './standing';

const COLORS = ['#e5484d', '#f76b15', '#e2a336', '#46a758', '#12a594', '#0090ff', '#6e56cf', '#d6409f'];

/** One role: how it looks, what it gives, who has it. */
export function RoleEditor({ role, onDeleted }: { role: Role; onDeleted(): void }) {
  const engine = useEngine();
  const rank = useRank(role.guild);
  const isEveryone = role.position === 0;
  const canEdit = role.position < rank.highest;
  const [name, setName] = useState(role.name);
  const [color, setColor] = useState(role.color ?? '');
  const [isHoisted, setHoisted] = useState(role.hoisted);
  const [permissions, setPermissions] = useState(role.permissions);
  const { editRole, deleteRole } = engine.calls.signed;
  const save = useSubmit(async () => {
    const looks = { name: name.trim(), color, hoisted: isHoisted };
    await editRole(role.guild, role.id, { ...(isEveryone ? {} : looks), permissions });
    show.toast('Role saved');
  });
  const remove = useSubmit(async () => {
    await deleteRole(role.guild, role.id);
    onDeleted();
  });
  const isChanged =
    name.trim() !== role.name ||
    color !== (role.color ?? '') ||
    isHoisted !== role.hoisted ||
    permissions !== role.permissions;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isChanged && !nameError(name)) void save.submit();
  };
  return (
    <form className="role-editor" onSubmit={onSubmit} noValidate>
      <FormProblem problem={save.problem ?? remove.problem} fields={['name', 'color']} />
      {!canEdit && (
        <p className="hint">
          This role is as high as your own, or higher: you can look at it, not change it.
        </p>
      )}
      {isEveryone ? (
        <p className="hint">Every member has this role. What it allows, everyone may do.</p>
      ) : (
        <>
          <Field
            label="Role name"
            value={name}
            onChange={setName}
            disabled={!canEdit}
            error={nameError(name)}
            refusal={problemAt(save.problem, 'name')}
          />
          <ColorField color={color} onChange={setColor} isDisabled={!canEdit} />
          <Switch
            label="Show its members as a group"
            hint="In the member list, above those who only are online."
            isOn={isHoisted}
            isDisabled={!canEdit}
            onChange={setHoisted}
          />
        </>
      )}
      <fieldset className="role-permissions">
        <legend>Permissions</legend>
        {EXPLAINED.map(({ name: permission, label, hint }) => (
          <Switch
            key={permission}
            label={label}
            hint={hint}
            isOn={has(permissions, permission)}
            isDisabled={!canEdit || !has(rank.permissions, permission)}
            onChange={isOn => setPermissions(set => withPermission(set, permission, isOn))}
          />
        ))}
      </fieldset>
      {!isEveryone && <Holders role={role} />}
      {canEdit && (
        <footer className="role-actions">
          <Button type="submit" busy={save.busy} disabled={!isChanged || nameError(name) !== null}>
            Save changes
          </Button>
          {!isEveryone && (
            <Button tone="plain" busy={remove.busy} onClick={() => void remove.submit()}>
              <Trash2 size={15} aria-hidden="true" /> Delete role
            </Button>
          )}
        </footer>
      )}
    </form>
  );
}

interface ColorProps {
  color: string;
  isDisabled: boolean;
  onChange(color: string): void;
}

function ColorField({ color, isDisabled, onChange }: ColorProps) {
  return (
    <fieldset className="role-colors" disabled={isDisabled}>
      <legend>Colour</legend>
      {['', ...COLORS].map(choice => (
        <button
          key={choice}
          type="button"
          className="role-color"
          aria-label={choice ? `Colour ${choice}` : 'No colour'}
          aria-pressed={color === choice}
          style={choice ? { background: choice } : undefined}
          onClick={() => onChange(choice)}
        />
      ))}
      <input
        type="color"
        className="role-color role-color-own"
        aria-label="Another colour"
        value={color || '#888888'}
        onChange={event => onChange(event.target.value)}
      />
    </fieldset>
  );
}

const nobody: never[] = [];

function Holders({ role }: { role: Role }) {
  const items = useStore(state => state.members[role.guild]?.items) ?? nobody;
  const holders = items.filter(member => member.roles?.includes(role.id));
  return (
    <section className="role-holders">
      <h4>Members with this role</h4>
      {holders.length === 0 && (
        <p className="hint">Nobody yet. Click a name in the member list to give the role.</p>
      )}
      <ul>
        {holders.map(({ user }) => (
          <li key={user}>
            <Avatar user={user} size={24} /> <MemberName user={user} />
          </li>
        ))}
      </ul>
    </section>
  );
}
