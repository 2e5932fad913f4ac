import { Tooltip } from 'radix-ui';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { ForgotPasswordPage } from './pages/forgot-password';
import { HomePage } from './pages/home';
import { InvitePage } from './pages/invite';
import { LoginPage } from './pages/login';
import { RegisterPage } from './pages/register';
import { ResetPasswordPage } from './pages/reset-password';
import { SetupPage } from './pages/setup';
import { SigningInPage } from './pages/signing-in';
import { Splash } from './pages/splash';
import { VerifyPage } from './pages/verify';
import { useStore } from './ui/hooks';
import { useSharedSettings } from './ui/shared-settings';
import { Shell } from './ui/shell';
import { TitleBadge } from './ui/title-badge';
import { Toasts } from './ui/toasts';
import { useView } from './ui/view';

const OperatorPages = lazy(() => import('./operator/operator'));
const Dialogs = lazy(() => import('./ui/dialogs/all'));
const ProofDialog = lazy(() => import('./ui/dialogs/proof'));

export function App() {
  const isDialogOpen = useView(view => view.dialog !== null);
  useSharedSettings();
  const isProofAsked = useView(view => view.proof);
  return (
    <Tooltip.Provider delayDuration={350} skipDelayDuration={200}>
      <Pages />
      <Suspense>{isDialogOpen && <Dialogs />}</Suspense>
      <Suspense>{isProofAsked && <ProofDialog />}</Suspense>
      <Toasts />
      <TitleBadge />
    </Tooltip.Provider>
  );
}

function Pages() {
  const phase = useStore(state => state.session.phase);
  if (phase === 'starting') return <Splash />;
  return (
    <Switch>
      <Route path="/invite/:code">{({ code }) => <InvitePage code={code} />}</Route>
      <Route path="/verify">
        <VerifyPage />
      </Route>
      <Route path="/forgot-password">
        <ForgotPasswordPage />
      </Route>
      <Route path="/reset-password">
        <ResetPasswordPage />
      </Route>
      <Route path="/signing-in">
        <SigningInPage />
      </Route>
      <Route path="/setup">
        <SetupPage />
      </Route>
      {phase === 'signed_out' ? <SignedOut /> : <SignedIn />}
    </Switch>
  );
}

function SignedOut() {
  const [path] = useLocation();
  return (
    <Switch>
      <Route path="/login">
        <LoginPage />
      </Route>
      <Route path="/register">
        <RegisterPage />
      </Route>
      <Route>
        <Redirect to={path === '/' ? '/login' : `/login?next=${encodeURIComponent(path)}`} replace />
      </Route>
    </Switch>
  );
}

function SignedIn() {
  return (
    <Switch>
      <Route path="/channels/:guild/:channel?">
        {({ guild, channel }) => <Shell guild={guild} channel={channel} />}
      </Route>
      <Route path="/directs/:channel?">{({ channel }) => <Shell channel={channel} />}</Route>
      <Route path="/operator/*?">
        <Suspense fallback={<Splash />}>
          <OperatorPages />
        </Suspense>
      </Route>
      <Route>
        <HomePage />
      </Route>
    </Switch>
  );
}
