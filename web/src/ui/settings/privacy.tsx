import { problemOf } from '../../api/problem';
import type { Audience } from '../../api/types';
import { useEngine, useStore } from '../hooks';
import { show } from '../view';
import { Segments } from './preferences';

/** Who may come close to the person. */
export function PrivacySettings() {
  const engine = useEngine();
  const from = useStore(state => state.settings?.friend_requests_from ?? 'everyone');
  const change = (friend_requests_from: Audience) => {
    engine.settings
      .change({ friend_requests_from })
      .catch(error => show.toast(problemOf(error).detail, 'bad'));
  };
  return (
    <section className="settings-part">
      <Segments<Audience>
        legend="Who may send you friend requests"
        value={from}
        options={[
          ['everyone', 'Everyone', null],
          ['shared_guilds', 'My guilds', null],
          ['nobody', 'Nobody', null],
        ]}
        onChange={change}
      />
      <p className="hint">
        “My guilds” is everyone who is in a guild with you. Requests that wait for your answer stay.
      </p>
    </section>
  );
}
