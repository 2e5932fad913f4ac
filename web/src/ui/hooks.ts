import { createContext, useContext, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { problemOf } from '../api/problem';
import type { Problem, User } from '../api/types';
import type { Engine } from '../engine/engine';
import type { State } from '../engine/state';

export const EngineContext = createContext<Engine | null>(null);

export function useEngine(): Engine {
  const engine = useContext(EngineContext);
  if (!engine) throw new Error('useEngine needs an EngineContext around it');
  return engine;
}

/** A part of the engine's state. `select` must give the same object while nothing in it has changed. */
export function useStore<T>(select: (state: State) => T): T {
  const { store } = useEngine();
  return useSyncExternalStore(store.subscribe, () => select(store.getSnapshot()));
}

/** A person, asked for where it isn't known yet. */
export function useUser(id: string): User | undefined {
  const engine = useEngine();
  const user = useStore(state => state.users[id]);
  useEffect(() => {
    if (!user && id) engine.people.need([id]);
  }, [engine, id, user]);
  return user;
}

export function useMe(): string {
  return useStore(state => (state.session.phase === 'signed_in' ? state.session.me.id : ''));
}

/** Follows the presence of these people while the caller is on screen. */
export function usePresenceOf(users: readonly string[]): void {
  const engine = useEngine();
  const key = users.join();
  useEffect(() => (key ? engine.people.watchPresence(key.split(',')) : undefined), [engine, key]);
}

/** Runs something once at a time, and keeps what went wrong. */
export function useSubmit<A extends unknown[]>(run: (...args: A) => Promise<unknown>) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);
  const submit = async (...args: A): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await run(...args);
    } catch (error) {
      const problem = problemOf(error);
      // Who was asked for proof and gave none knows why nothing happened.
      if (isMounted.current && problem.code !== 'proof_needed') setProblem(problem);
    } finally {
      if (isMounted.current) setBusy(false);
    }
  };
  return { busy, problem, submit, clear: () => setProblem(null) };
}

/** Whether the window matches a media query, live. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    listener => {
      const media = matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
  );
}

export const SMALL_SCREEN = '(max-width: 767px)';
export const NO_ROOM_FOR_MEMBERS = '(max-width: 1099px)';
