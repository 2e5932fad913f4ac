import { useEffect, useState } from 'react';
import { problemOf } from '../../api/problem';
import type { Problem, Version } from '../../api/types';
import { fullTime } from '../../lib/time';
import { Dialog } from '../dialog';
import { FormProblem } from '../field';
import { useEngine } from '../hooks';
import { Markdown } from '../markdown/markdown';

/** What a message said before it was changed. */
export function VersionsDialog({ channel, message }: { channel: string; message: string }) {
  const engine = useEngine();
  const [versions, setVersions] = useState<readonly Version[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    engine.calls.signed
      .versions(channel, message)
      .then(({ items }) => setVersions(items))
      .catch(error => setProblem(problemOf(error)));
  }, [engine, channel, message]);
  return (
    <Dialog title="Edit history" description="What the message said before, the first text first.">
      <FormProblem problem={problem} />
      {versions === null && !problem && <p role="status">Loading…</p>}
      {versions?.length === 0 && <p>Nothing is kept of it.</p>}
      <ol className="versions">
        {versions?.map(({ version, text, at }) => (
          <li key={version}>
            <time dateTime={at}>{fullTime(at)}</time>
            <div className="text">
              <Markdown text={text} />
            </div>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
