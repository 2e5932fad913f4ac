import { useEffect, useRef } from 'react';
import type { Settings } from '../api/types';
import type { Engine } from '../engine/engine';
import { useEngine, useStore } from './hooks';
import { directsUnread } from './selectors';
import { changeLook, lookOf } from './view';

/** Obeys what the person set, on whichever device. */
export function useSharedSettings(): void {
  const engine = useEngine();
  const settings = useStore(state => state.settings);
  useEffect(() => {
    if (settings) follow(engine, settings);
  }, [engine, settings]);
  useSound(settings?.notification_sound === true && settings.presence !== 'do_not_disturb');
}

/** What was set in this browser before anything was shared is where the person begins; afterwards the browser keeps a copy. */
function follow(engine: Engine, settings: Settings): void {
  const { theme, density } = lookOf();
  if (settings.version > 0) changeLook({ theme: settings.theme, density: settings.density });
  else if (theme !== settings.theme || density !== settings.density) {
    engine.settings.change({ theme, density }).catch(() => undefined);
  }
}

const NOTE_SECONDS = 0.16;

/** Two soft notes when a direct message comes that isn't looked at. */
function useSound(isWanted: boolean): void {
  const unread = useStore(directsUnread);
  const before = useRef(unread);
  useEffect(() => {
    if (isWanted && unread > before.current && !document.hasFocus()) play();
    before.current = unread;
  }, [isWanted, unread]);
}

function play(): void {
  const sound = new AudioContext();
  // Before the first click a browser keeps silent, and says nothing.
  if (sound.state !== 'running') return void sound.close();
  const loudness = sound.createGain();
  loudness.connect(sound.destination);
  for (const [place, pitch] of [587, 784].entries()) {
    const from = sound.currentTime + place * NOTE_SECONDS;
    const note = sound.createOscillator();
    note.frequency.value = pitch;
    note.connect(loudness);
    loudness.gain.setValueAtTime(0.08, from);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + NOTE_SECONDS);
    note.start(from);
    note.stop(from + NOTE_SECONDS);
    note.onended = () => place === 1 && void sound.close();
  }
}
