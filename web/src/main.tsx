import '@fontsource-variable/inter/opsz.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import './styles/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { browserCalls } from './api/http';
import { App } from './app';
import { Engine } from './engine/engine';
import { browserPlatform } from './engine/platform';
import { SIGNED_IN_KEY } from './engine/session';
import { EngineContext } from './ui/hooks';
import { show } from './ui/view';

const engine = new Engine(browserPlatform, tokens => browserCalls(tokens, show.proof));

addEventListener('online', () => engine.wake());
addEventListener('offline', () => engine.doubt());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && engine.wake());

addEventListener('pagehide', () => engine.changes.flush());

const tellFocus = () => engine.reader.focused(document.visibilityState === 'visible' && document.hasFocus());
for (const name of ['focus', 'blur']) addEventListener(name, tellFocus);
document.addEventListener('visibilitychange', tellFocus);
tellFocus();

const touched = () => engine.activity.touched();
for (const name of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'focus'])
  addEventListener(name, touched, { passive: true });

// Signing in or out in one tab does so in all.
addEventListener('storage', event => {
  if (event.key !== SIGNED_IN_KEY) return;
  if (event.newValue === null) engine.session.end(false);
  else void engine.start();
});

void engine.start();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <EngineContext value={engine}>
        <App />
      </EngineContext>
    </StrictMode>,
  );
}
