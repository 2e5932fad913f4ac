import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { Splash } from '../pages/splash';
import { Banner } from './banner';
import { Conversation } from './conversation/conversation';
import { NoChannel, UnknownPlace, Welcome } from './empty';
import { FriendsPage } from './friends/friends-page';
import { SMALL_SCREEN, useEngine, useMedia, useStore } from './hooks';
import { useGlobalKeys } from './keyboard';
import { MemberPanel } from './members/member-panel';
import { ProfilePopover } from './members/profile-popover';
import { Rail } from './rail';
import { channelsOf } from './selectors';
import { DirectList } from './sidebar/direct-list';
import { GuildSidebar } from './sidebar/guild-sidebar';
import { SelfBar } from './sidebar/self-bar';
import { lastPlace, show, useView } from './view';

interface Props {
  guild?: string;
  channel?: string;
  welcome?: boolean;
}

/** The chat itself: rail, list, conversation, members. */
export function Shell(props: Props) {
  const isReady = useStore(state => state.overview.phase === 'ready');
  return isReady ? <ReadyShell {...props} /> : <Splash />;
}

function ReadyShell({ guild, channel, welcome }: Props) {
  const navOpen = useView(view => view.navOpen);
  const isSmall = useMedia(SMALL_SCREEN);
  const hasGuild = useStore(state => guild !== undefined && guild in state.guilds);
  useGlobalKeys(guild, channel);
  usePlace(guild, channel);
  const isNavShown = !isSmall || navOpen;
  return (
    <div className="shell" data-nav={navOpen ? 'open' : undefined}>
      <a className="skip" href="#conversation">
        Skip to the conversation
      </a>
      <div className="nav" inert={!isNavShown}>
        <Rail guild={guild} isHome={!guild} />
        <nav className="sidebar" aria-label={guild ? 'Channels' : 'Direct messages'}>
          {guild && hasGuild ? (
            <GuildSidebar guild={guild} channel={channel} />
          ) : (
            <DirectList channel={channel} />
          )}
          <SelfBar />
        </nav>
      </div>
      {isSmall && navOpen && (
        <button
          type="button"
          className="nav-scrim"
          aria-label="Close the channel list"
          onClick={() => show.nav(false)}
        />
      )}
      <div className="stage" inert={isSmall && navOpen}>
        <Banner />
        <div className="stage-row" id="conversation">
          <Stage guild={guild} channel={channel} welcome={welcome} />
          {guild && hasGuild && <MemberPanel guild={guild} />}
        </div>
      </div>
      <ProfilePopover />
    </div>
  );
}

function Stage({ guild, channel, welcome }: Props) {
  const known = useStore(state => (channel ? state.channels[channel] : undefined));
  const first = useStore(state => (guild ? channelsOf(state, guild)[0] : undefined));
  const hasGuild = useStore(state => guild !== undefined && guild in state.guilds);
  if (welcome) return <Welcome />;
  if (channel) return known ? <Conversation key={known.id} channel={known} /> : <UnknownPlace />;
  if (!guild) return <FriendsPage />;
  if (!hasGuild) return <UnknownPlace />;
  return first ? null : <NoChannel guild={guild} />;
}

/** Opens what the address names, remembers it, and completes an address that names only a guild. */
function usePlace(guild: string | undefined, channel: string | undefined): void {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const isKnown = useStore(state => channel !== undefined && channel in state.channels);
  const landing = useStore(state => {
    if (!guild || channel) return undefined;
    const list = channelsOf(state, guild);
    const last = lastPlace.channelOf(guild);
    return (list.find(item => item.id === last) ?? list[0])?.id;
  });
  useEffect(() => {
    if (landing) navigate(`/channels/${guild}/${landing}`, { replace: true });
  }, [guild, landing, navigate]);
  useEffect(() => {
    engine.show(channel && isKnown ? channel : null);
    if (!channel || !isKnown) return;
    lastPlace.write(location.pathname);
    if (guild) lastPlace.writeChannelOf(guild, channel);
  }, [engine, guild, channel, isKnown]);
}
