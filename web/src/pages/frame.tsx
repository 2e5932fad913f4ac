import { type ReactNode, useEffect } from 'react';
import { Wordmark } from '../ui/logo';

interface Props {
  title: ReactNode;
  lead?: ReactNode;
  /** Stands above the title: an icon, a guild. */
  above?: ReactNode;
  wide?: boolean;
  children: ReactNode;
  below?: ReactNode;
}

/** A page outside the chat: one card in the middle. */
export function Frame({ title, lead, above, wide, children, below }: Props) {
  useEffect(() => {
    document.title = 'Guildhall';
  }, []);
  return (
    <div className="frame">
      <header className="frame-head">
        <Wordmark />
      </header>
      <main className="frame-main">
        <div className="card" data-wide={wide || undefined}>
          {above}
          <h1>{title}</h1>
          {lead && <p className="lead">{lead}</p>}
          {children}
        </div>
        {below && <p className="frame-below">{below}</p>}
      </main>
    </div>
  );
}
