import { Laptop, Smartphone } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Session } from '../../api/types';
import { stamp } from '../../lib/time';
import { Button } from '../button';
import { FormProblem } from '../field';
import { useEngine, useSubmit } from '../hooks';
import { show } from '../view';

/** Where the person is signed in. */
export function SessionSettings() {
  const engine = useEngine();
  const [sessions, setSessions] = useState<Session[] | null>(null);
  const { problem, submit: load } = useSubmit(async () => {
    setSessions((await engine.calls.signed.sessions()).items);
  });
  const others = useSubmit(async () => {
    await engine.calls.signed.endOtherSessions();
    show.toast('Logged out everywhere else');
    await load();
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: loaded when the page opens
  useEffect(() => {
    void load();
  }, []);
  return (
    <section className="settings-part">
      <h3>Where you’re logged in</h3>
      <p>Log out whatever you don’t know, then change your password.</p>
      <FormProblem problem={problem ?? others.problem} />
      <ul className="sessions" aria-label="Sessions" aria-busy={!sessions}>
        {sessions?.map(session => (
          <SessionRow key={session.id} session={session} onEnded={() => void load()} />
        ))}
      </ul>
      {sessions && sessions.length > 1 && (
        <div className="settings-fact">
          <Button tone="quiet" busy={others.busy} onClick={() => void others.submit()}>
            Log out everywhere else
          </Button>
        </div>
      )}
    </section>
  );
}

function SessionRow({ session, onEnded }: { session: Session; onEnded(): void }) {
  const engine = useEngine();
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.calls.signed.endSession(session.id);
    onEnded();
  });
  const Icon = /iPhone|iPad|Android/.test(session.device) ? Smartphone : Laptop;
  return (
    <li className="session">
      <span className="session-icon">
        <Icon size={20} aria-hidden="true" />
      </span>
      <div>
        <strong>
          {session.device}
          {session.current && <span className="tag">This one</span>}
        </strong>
        <small>
          {session.place && `${session.place} · `}
          {session.current ? 'Active now' : `Last used ${stamp(session.last_used_at)}`}
        </small>
        <FormProblem problem={problem} />
      </div>
      {!session.current && (
        <Button
          tone="quiet"
          size="small"
          busy={busy}
          aria-label={`Log out ${session.device}`}
          onClick={() => void submit()}
        >
          Log out
        </Button>
      )}
    </li>
  );
}
