import { Check, Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Avatar } from '../avatar';
import { useEngine, useStore } from '../hooks';

interface Props {
  guild: string;
  chosen: readonly string[];
  onChange(chosen: string[]): void;
}

const nobody: never[] = [];

/** Chooses some of a guild's members. */
export function MemberPicker({ guild, chosen, onChange }: Props) {
  const engine = useEngine();
  const [query, setQuery] = useState('');
  const owner = useStore(state => state.guilds[guild]?.owner);
  const items = useStore(state => state.members[guild]?.items) ?? nobody;
  const users = useStore(state => state.users);
  useEffect(() => engine.members.open(guild), [engine, guild]);
  const nameOf = (id: string) => users[id]?.display_name ?? '';
  const found = items
    .map(member => member.user)
    .filter(id => id !== owner && nameOf(id).toLowerCase().includes(query.toLowerCase()))
    .sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  const toggle = (id: string) =>
    onChange(chosen.includes(id) ? chosen.filter(other => other !== id) : [...chosen, id]);
  return (
    <fieldset className="picker">
      <legend>
        Who may see it <span>{chosen.length > 0 ? `${chosen.length} chosen` : ''}</span>
      </legend>
      <div className="field-box">
        <Search size={15} aria-hidden="true" />
        <input
          type="search"
          aria-label="Find a member"
          placeholder="Find a member"
          value={query}
          onChange={event => setQuery(event.target.value)}
        />
      </div>
      <ul className="picker-list">
        {found.map(id => (
          <li key={id}>
            <label className="picker-row">
              <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
              <Avatar user={id} size={24} />
              <span>{nameOf(id)}</span>
              <span className="picker-box" aria-hidden="true">
                <Check size={13} />
              </span>
            </label>
          </li>
        ))}
        {found.length === 0 && (
          <li className="picker-none">{query ? 'Nobody of that name' : 'Nobody else is here yet'}</li>
        )}
      </ul>
    </fieldset>
  );
}
