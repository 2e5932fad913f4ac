import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { Avatar } from '../avatar';
import { Dialog } from '../dialog';
import { FormProblem } from '../field';
import { useEngine, useMe, usePresenceOf, useStore, useSubmit } from '../hooks';
import { friendsIn } from '../selectors';
import { show } from '../view';

/** Chooses a friend, or someone from one's guilds, to talk to. */
export function NewDirectDialog() {
  const engine = useEngine();
  const me = useMe();
  const [, navigate] = useLocation();
  const [query, setQuery] = useState('');
  const guilds = useStore(state => state.guildOrder);
  const members = useStore(state => state.members);
  const users = useStore(state => state.users);
  const friends = useStore(state => friendsIn(state).friend);
  useEffect(() => {
    for (const guild of guilds) engine.members.open(guild);
  }, [engine, guilds]);
  const fellows = guilds.flatMap(guild => members[guild]?.items ?? []).map(member => member.user);
  const ids = [...new Set([...friends, ...fellows])];
  const found = ids
    .filter(id => id !== me && users[id]?.display_name.toLowerCase().includes(query.trim().toLowerCase()))
    .sort((a, b) => (users[a]?.display_name ?? '').localeCompare(users[b]?.display_name ?? ''))
    .slice(0, 100);
  usePresenceOf(found);
  const { problem, submit } = useSubmit(async (user: string) => {
    const channel = await engine.calls.signed.openDirect(user);
    engine.adopt(channel);
    show.noDialog();
    show.nav(false);
    navigate(`/directs/${channel.id}`);
  });
  return (
    <Dialog title="New direct message" description="With a friend, or anyone from your guilds." size="medium">
      <div className="field-box">
        <input
          type="search"
          aria-label="Find a person"
          placeholder="Find a person"
          autoFocus
          value={query}
          onChange={event => setQuery(event.target.value)}
        />
      </div>
      <FormProblem problem={problem} />
      <ul className="picker-list picker-tall">
        {found.map(id => (
          <li key={id}>
            <button type="button" className="picker-row" onClick={() => void submit(id)}>
              <Avatar user={id} size={32} presence />
              <span>{users[id]?.display_name}</span>
            </button>
          </li>
        ))}
        {found.length === 0 && (
          <li className="picker-none">{query ? 'Nobody of that name' : 'Nobody else is here yet'}</li>
        )}
      </ul>
    </Dialog>
  );
}
