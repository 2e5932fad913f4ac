import { useEffect, useState } from 'react';
import { FormProblem } from '../field';
import { useEngine, useSubmit } from '../hooks';
import { RoleEditor } from '../roles/role-editor';
import { RoleList } from '../roles/role-list';
import { useRank, useRoles } from '../roles/standing';

/** A guild's roles: their order, and the one that is chosen. */
export function RoleSettings({ guild }: { guild: string }) {
  const engine = useEngine();
  const roles = useRoles(guild);
  const rank = useRank(guild);
  const [chosen, setChosen] = useState('');
  const role = roles.find(({ id }) => id === chosen) ?? roles[0];
  useEffect(() => engine.members.open(guild), [engine, guild]);
  const add = useSubmit(async () => {
    const made = await engine.calls.signed.createRole(guild, { name: 'New role' });
    setChosen(made.id);
  });
  const order = useSubmit((ids: string[]) => engine.calls.signed.orderRoles(guild, ids));
  if (!role) return null;
  return (
    <section className="settings-part">
      <h3>Roles</h3>
      <p>Who stands higher manages those below. Members may do what any of their roles allows.</p>
      <FormProblem problem={add.problem ?? order.problem} />
      <div className="roles">
        <RoleList
          roles={roles}
          chosen={role.id}
          below={rank.highest}
          isBusy={add.busy || order.busy}
          onChoose={setChosen}
          onAdd={() => void add.submit()}
          onOrder={ids => void order.submit(ids)}
        />
        <RoleEditor key={`${role.id} ${role.permissions}`} role={role} onDeleted={() => setChosen('')} />
      </div>
    </section>
  );
}
