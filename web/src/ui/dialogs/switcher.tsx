import { Hash, Lock, Search } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { State } from '../../engine/state';
import { Avatar, GuildIcon } from '../avatar';
import { Dialog } from '../dialog';
import { useMe, useStore } from '../hooks';
import { channelName, channelsOf, directsInOrder, otherIn, pathOf, unreadOf } from '../selectors';
import { show } from '../view';
import { scoreOf } from './score';

interface Item {
  id: string;
  path: string;
  name: string;
  where: string;
  unread: number;
  icon: ReactNode;
}

const MAX_SHOWN = 12;

/** Goes to any channel, direct or guild by a few letters of its name. */
export function SwitcherDialog() {
  const me = useMe();
  const [, navigate] = useLocation();
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState(0);
  const state = useStore(all => all);
  const items = useMemo(() => itemsOf(state, me), [state, me]);
  const found = useMemo(() => search(items, query), [items, query]);
  const at = Math.min(chosen, found.length - 1);
  const go = (item: Item | undefined) => {
    if (!item) return;
    show.noDialog();
    show.nav(false);
    navigate(item.path);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by !== 0 && found.length > 0) {
      event.preventDefault();
      setChosen((at + by + found.length) % found.length);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      go(found[at]);
    }
  };
  return (
    <Dialog title="Go to" hideTitle className="switcher" size="medium">
      <div className="switcher-box">
        <Search size={20} aria-hidden="true" />
        <input
          role="combobox"
          aria-label="Where to?"
          aria-expanded="true"
          aria-controls="switcher-list"
          aria-activedescendant={found[at] ? `go-${found[at].id}` : undefined}
          placeholder="Where to?"
          autoFocus
          value={query}
          onChange={event => {
            setQuery(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </div>
      <div className="switcher-list" id="switcher-list" role="listbox" aria-label="Places">
        {found.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above has the keys
          <div
            key={item.id}
            id={`go-${item.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className="switcher-row"
            onPointerMove={() => setChosen(index)}
            onClick={() => go(item)}
          >
            {item.icon}
            <span className="switcher-name">{item.name}</span>
            {item.unread > 0 && <span className="count">{item.unread > 99 ? '99+' : item.unread}</span>}
            <span className="switcher-where">{item.where}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="switcher-none">Nothing of that name.</p>}
    </Dialog>
  );
}

function itemsOf(state: State, me: string): Item[] {
  const directs = directsInOrder(state).flatMap(id => {
    const channel = state.channels[id];
    if (!channel) return [];
    return {
      id,
      path: pathOf(channel),
      name: channelName(state, channel, me),
      where: 'Direct',
      unread: unreadOf(state, id),
      icon: <Avatar user={otherIn(channel, me)} size={24} />,
    };
  });
  const guilds = state.guildOrder.flatMap(id => {
    const guild = state.guilds[id];
    if (!guild) return [];
    const channels = channelsOf(state, id).map(channel => ({
      id: channel.id,
      path: pathOf(channel),
      name: channel.name,
      where: guild.name,
      unread: unreadOf(state, channel.id),
      icon: channel.private ? <Lock size={18} /> : <Hash size={18} />,
    }));
    const icon = <GuildIcon key={id} id={id} name={guild.name} icon={guild.icon} size={24} />;
    return [...channels, { id, path: `/channels/${id}`, name: guild.name, where: 'Guild', unread: 0, icon }];
  });
  return [...directs, ...guilds];
}

/** The best matches; without a query, what is unread first. */
function search(items: readonly Item[], query: string): Item[] {
  const wanted = query.trim().replace(/^[#@]/, '').toLowerCase();
  if (wanted === '')
    return items.toSorted((a, b) => Number(b.unread > 0) - Number(a.unread > 0)).slice(0, MAX_SHOWN);
  return items
    .map(item => ({
      item,
      score: Math.max(scoreOf(item.name, wanted), scoreOf(`${item.where} ${item.name}`, wanted) - 1),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_SHOWN)
    .map(({ item }) => item);
}
