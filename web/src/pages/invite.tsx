import { Clock, LinkIcon, Users } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { problemOf } from '../api/problem';
import type { InvitePreview, Problem } from '../api/types';
import { until } from '../lib/time';
import { GuildIcon } from '../ui/avatar';
import { Button } from '../ui/button';
import { FormProblem } from '../ui/field';
import { useEngine, useStore, useSubmit } from '../ui/hooks';
import { Frame } from './frame';
import { joinGuild } from './join';

/** What an invite link opens: where it leads, and the way in. Works signed out. */
export function InvitePage({ code }: { code: string }) {
  const engine = useEngine();
  const [preview, setPreview] = useState<InvitePreview | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn asks again
  useEffect(() => {
    let isCurrent = true;
    engine.calls.anonymous.previewInvite(code).then(
      found => isCurrent && setPreview(found),
      error => isCurrent && setProblem(problemOf(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [engine, code, turn]);
  if (problem) {
    const retry = () => {
      setProblem(null);
      setTurn(turn + 1);
    };
    return <BadInvite problem={problem} onRetry={retry} />;
  }
  return preview ? <Invitation preview={preview} /> : <InviteSkeleton />;
}

function Invitation({ preview }: { preview: InvitePreview }) {
  const engine = useEngine();
  const [, navigate] = useLocation();
  const isSignedIn = useStore(state => state.session.phase === 'signed_in');
  const isMember = useStore(state => preview.guild in state.guilds);
  const { busy, problem, submit } = useSubmit(async () => {
    navigate(await joinGuild(engine, preview.code), { replace: true });
  });
  const next = encodeURIComponent(`/invite/${preview.code}?accept`);
  // Whoever has just made an account for this invite has already said yes.
  const shouldAccept = isSignedIn && location.search === '?accept';
  // biome-ignore lint/correctness/useExhaustiveDependencies: accepted once, when the page opens
  useEffect(() => {
    if (shouldAccept) void submit();
  }, [shouldAccept]);
  const accept = () => (isSignedIn ? void submit() : navigate(`/register?next=${next}`));
  return (
    <Frame
      above={<GuildIcon id={preview.guild} name={preview.guild_name} icon={preview.guild_icon} size={72} />}
      title={preview.guild_name}
      lead={`${preview.inviter} invites you to join.`}
      below={
        isSignedIn ? null : (
          <>
            Have an account? <Link href={`/login?next=${next}`}>Log in</Link>
          </>
        )
      }
    >
      <ul className="facts">
        <li>
          <Users size={16} aria-hidden="true" />
          {preview.member_count.toLocaleString()} {preview.member_count === 1 ? 'member' : 'members'}
        </li>
        {preview.expires_at && (
          <li>
            <Clock size={16} aria-hidden="true" />
            Expires {until(preview.expires_at)}
          </li>
        )}
      </ul>
      <FormProblem problem={problem} />
      {isMember ? (
        <Button wide onClick={() => navigate(`/channels/${preview.guild}`)}>
          Open {preview.guild_name}
        </Button>
      ) : (
        <Button wide busy={busy} onClick={accept}>
          Accept invite
        </Button>
      )}
    </Frame>
  );
}

function BadInvite({ problem, onRetry }: { problem: Problem; onRetry(): void }) {
  const [, navigate] = useLocation();
  const isOver = problem.status === 404 || problem.status === 410;
  return (
    <Frame
      above={
        <span className="big-icon" aria-hidden="true">
          <LinkIcon size={30} />
        </span>
      }
      title={isOver ? 'This invite doesn’t work any more' : problem.title}
      lead={isOver ? 'It has expired, was used up, or never existed. Ask for a new link.' : problem.detail}
    >
      {!isOver && (
        <Button wide onClick={onRetry}>
          Try again
        </Button>
      )}
      <Button wide tone={isOver ? 'primary' : 'quiet'} onClick={() => navigate('/')}>
        Go to Guildhall
      </Button>
    </Frame>
  );
}

function InviteSkeleton() {
  return (
    <Frame
      title={<span className="skeleton skeleton-title" />}
      above={<span className="skeleton skeleton-icon" />}
    >
      <p className="visually-hidden" role="status">
        Loading the invite…
      </p>
      <span className="skeleton skeleton-line" />
      <span className="skeleton skeleton-button" />
    </Frame>
  );
}
