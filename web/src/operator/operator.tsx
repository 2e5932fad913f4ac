import '../styles/operator.css';
import { ArrowLeft, ClipboardList, LayoutDashboard, Ticket, UsersRound } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { useStore } from '../ui/hooks';
import { Wordmark } from '../ui/logo';
import { AccountPage } from './account';
import { AccountsPage } from './accounts';
import { AuditPage } from './audit';
import { OverviewPage } from './overview';
import { RegistrationPage } from './registration';

/** `/operator`: for who runs the installation. Moderators see accounts only. */
export default function OperatorPages() {
  const role = useStore(({ session }) => (session.phase === 'signed_in' ? session.me.role : 'member'));
  useEffect(() => {
    document.title = 'Server · Guildhall';
  }, []);
  if (role !== 'operator' && role !== 'moderator') return <Redirect to="/" replace />;
  const isOperator = role === 'operator';
  return (
    <div className="operator">
      <a className="skip" href="#operator-page">
        Skip to the page
      </a>
      <aside className="operator-side">
        <Wordmark />
        <nav aria-label="Server">
          <Place href="/operator" icon={<LayoutDashboard size={18} />} isExact>
            Overview
          </Place>
          <Place href="/operator/accounts" icon={<UsersRound size={18} />}>
            Accounts
          </Place>
          {isOperator && (
            <>
              <Place href="/operator/registration" icon={<Ticket size={18} />}>
                Registration
              </Place>
              <Place href="/operator/audit" icon={<ClipboardList size={18} />}>
                Audit log
              </Place>
            </>
          )}
        </nav>
        <Link href="/" className="operator-place operator-back">
          <ArrowLeft size={18} aria-hidden="true" /> Back to chat
        </Link>
      </aside>
      <main className="operator-page" id="operator-page" tabIndex={-1}>
        <Switch>
          <Route path="/operator">
            <OverviewPage />
          </Route>
          <Route path="/operator/accounts">
            <AccountsPage />
          </Route>
          <Route path="/operator/accounts/:user">
            {({ user }) => <AccountPage key={user} user={user} isOperator={isOperator} />}
          </Route>
          {isOperator && (
            <Route path="/operator/registration">
              <RegistrationPage />
            </Route>
          )}
          {isOperator && (
            <Route path="/operator/audit">
              <AuditPage />
            </Route>
          )}
          <Route>
            <Redirect to="/operator" replace />
          </Route>
        </Switch>
      </main>
    </div>
  );
}

interface PlaceProps {
  href: string;
  icon: ReactNode;
  isExact?: boolean;
  children: ReactNode;
}

function Place({ href, icon, isExact, children }: PlaceProps) {
  const [path] = useLocation();
  const isHere = isExact ? path === href : path.startsWith(href);
  return (
    <Link href={href} className="operator-place" aria-current={isHere ? 'page' : undefined}>
      {icon}
      {children}
    </Link>
  );
}
