import { Gavel } from 'lucide-react';
import type { Ban } from '../../api/types';
import { fullTime, stamp } from '../../lib/time';
import { Loading, More, Nothing, usePages } from '../../operator/parts';
import { Avatar, UserName } from '../avatar';
import { Button } from '../button';
import { FormProblem } from '../field';
import { useEngine, useSubmit, useUser } from '../hooks';

/** Who may not join the guild. */
export function BanSettings({ guild }: { guild: string }) {
  const engine = useEngine();
  const pages = usePages<Ban>(guild, after => engine.calls.signed.bans(guild, after));
  return (
    <section className="settings-part">
      <h3>Bans</h3>
      <p>No invite lets these people in. Who is unbanned can come back with one.</p>
      {pages.items === null && !pages.problem && <Loading rows={3} />}
      {pages.items?.length === 0 && (
        <Nothing icon={<Gavel size={30} />} title="Nobody is banned" text="May it stay so." />
      )}
      <ul className="sessions" aria-label="Bans">
        {pages.items?.map(ban => (
          <BanRow key={ban.user} ban={ban} onLifted={() => void pages.reload()} />
        ))}
      </ul>
      <More pages={pages} />
    </section>
  );
}

function BanRow({ ban, onLifted }: { ban: Ban; onLifted(): void }) {
  const engine = useEngine();
  const name = useUser(ban.user)?.display_name ?? '';
  const { busy, problem, submit } = useSubmit(async () => {
    await engine.calls.signed.unban(ban.guild, ban.user);
    onLifted();
  });
  return (
    <li className="session">
      <Avatar user={ban.user} size={40} />
      <div>
        <strong>
          <UserName user={ban.user} />
        </strong>
        <small title={fullTime(ban.at)}>
          by <UserName user={ban.by} />, {stamp(ban.at)}
        </small>
        {ban.reason && <q>{ban.reason}</q>}
        <FormProblem problem={problem} />
      </div>
      <Button tone="quiet" size="small" busy={busy} onClick={() => void submit()}>
        Unban<span className="visually-hidden"> {name}</span>
      </Button>
    </li>
  );
}
