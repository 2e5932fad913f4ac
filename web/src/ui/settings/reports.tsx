import { Flag } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Report, ReportState } from '../../api/types';
import { fullTime, stamp } from '../../lib/time';
import { Loading, More, Nothing, usePages } from '../../operator/parts';
import { Avatar, UserName } from '../avatar';
import { Button } from '../button';
import { Field, FormProblem, problemAt } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';
import { show } from '../view';
import { Segments } from './preferences';

const NOTE_MAX = 500;
const nothing: Record<ReportState, string> = {
  open: 'Nothing waits for you',
  taken: 'Nobody looks after anything',
  closed: 'Nothing was closed yet',
};

/** What members told the moderators of. */
export function ReportSettings({ guild }: { guild: string }) {
  const engine = useEngine();
  const [state, setState] = useState<ReportState>('open');
  const pages = usePages<Report>(`${guild} ${state}`, after =>
    engine.calls.signed.reports(guild, state, after),
  );
  return (
    <section className="settings-part">
      <h3>Reports</h3>
      <p>What members told you of. Whom it is about doesn’t see who did.</p>
      <Segments<ReportState>
        legend="Show"
        value={state}
        options={[
          ['open', 'Open', null],
          ['taken', 'Taken', null],
          ['closed', 'Closed', null],
        ]}
        onChange={setState}
      />
      {pages.items === null && !pages.problem && <Loading rows={3} />}
      {pages.items?.length === 0 && (
        <Nothing icon={<Flag size={30} />} title={nothing[state]} text="Reports show here as they come." />
      )}
      <ul className="sessions" aria-label="Reports">
        {pages.items?.map(report => (
          <ReportRow key={report.id} report={report} onChanged={() => void pages.reload()} />
        ))}
      </ul>
      <More pages={pages} />
    </section>
  );
}

function ReportRow({ report, onChanged }: { report: Report; onChanged(): void }) {
  const engine = useEngine();
  const [note, setNote] = useState(report.note);
  const channel = useStore(state => state.channels[report.channel ?? '']);
  const { busy, problem, submit } = useSubmit(async (state: ReportState) => {
    await engine.calls.signed.editReport(report.guild, report.id, { state, note });
    onChanged();
  });
  return (
    <li className="session report">
      <Avatar user={report.user} size={40} />
      <div>
        <strong>
          <UserName user={report.user} />
        </strong>
        <small title={fullTime(report.at)}>
          reported by <UserName user={report.reporter} />, {stamp(report.at)}
          {report.by && (
            <>
              {' '}
              · {report.state} by <UserName user={report.by} />
            </>
          )}
        </small>
        <q>{report.reason}</q>
        {report.message && channel && (
          <Link
            href={`/channels/${report.guild}/${channel.id}?message=${report.message}`}
            onClick={show.noDialog}
          >
            Show the message in #{channel.name}
          </Link>
        )}
        <FormProblem problem={problem} fields={['note']} />
        {report.state === 'closed' ? (
          report.note && <p>{report.note}</p>
        ) : (
          <Field
            label="What was done"
            value={note}
            onChange={setNote}
            refusal={problemAt(problem, 'note')}
            maxLength={NOTE_MAX}
            autoComplete="off"
          />
        )}
        <div className="report-tools">
          {report.state === 'open' && (
            <Button tone="quiet" size="small" busy={busy} onClick={() => void submit('taken')}>
              Take
            </Button>
          )}
          {report.state === 'closed' ? (
            <Button tone="quiet" size="small" busy={busy} onClick={() => void submit('open')}>
              Open again
            </Button>
          ) : (
            <Button size="small" busy={busy} onClick={() => void submit('closed')}>
              Close
            </Button>
          )}
        </div>
      </div>
    </li>
  );
}
