import type { Calls } from '../api/calls';
import { isPassing, problemOf } from '../api/problem';
import type {
  Asserted,
  AuthAnswer,
  Credentials,
  Linked,
  MailSent,
  Problem,
  Registration,
  SecondFactorNeeded,
  SignedIn,
  SignedInBy,
} from '../api/types';
import type { Platform } from './platform';

/** Tells other tabs, and the next load, that someone is signed in. The token itself is in a cookie. */
export const SIGNED_IN_KEY = 'guildhall.signed-in';
const LOCK = 'guildhall-refresh';
const SPARE_MS = 15_000;

type SessionCalls = Pick<
  Calls,
  'refresh' | 'finishAuth' | 'register' | 'logIn' | 'secondFactor' | 'logInByPasskey'
>;

interface Hooks {
  signedIn(answer: SignedIn): void;
  signedOut(expired: boolean): void;
  /** The first refresh can't reach the server; it is tried again. */
  stalled(problem: Problem): void;
}

/** The access token, in memory only, and its renewal. */
export class Session {
  #platform: Platform;
  #calls: SessionCalls;
  #hooks: Hooks;
  #token: string | null = null;
  #endsAt = 0;
  #refreshing: Promise<boolean> | null = null;
  #cancelTimer: (() => void) | null = null;
  #attempt = 0;

  constructor(platform: Platform, calls: SessionCalls, hooks: Hooks) {
    this.#platform = platform;
    this.#calls = calls;
    this.#hooks = hooks;
  }

  /** Resumes what the cookie holds, where someone signed in before. */
  async start(): Promise<void> {
    if (this.#platform.storage.get(SIGNED_IN_KEY) === null) {
      this.#hooks.signedOut(false);
      return;
    }
    try {
      await this.refresh();
    } catch (error) {
      this.#hooks.stalled(problemOf(error));
      this.#attempt += 1;
      this.#later(Math.min(15_000, 500 * 2 ** this.#attempt), () => void this.start());
    }
  }

  /** Signs in, or says that the rest is in a mail. */
  async register(registration: Registration): Promise<'signed in' | 'mail sent'> {
    const answer = await this.#calls.register(registration);
    if (!('access_token' in answer)) return 'mail sent';
    this.#adopt(answer);
    return 'signed in';
  }

  /** Signs in, or answers what a second factor is asked for with. */
  async logIn(credentials: Credentials): Promise<SecondFactorNeeded | null> {
    const answer = await this.#calls.logIn(credentials);
    if (!('access_token' in answer)) return answer;
    this.#adopt(answer);
    return null;
  }

  /** Ends a way to a provider and back; who came to sign in is signed in. */
  async finishAuth(answer: AuthAnswer): Promise<SignedInBy | MailSent | Linked> {
    const done = await this.#calls.finishAuth(answer);
    if ('access_token' in done) this.#adopt(done);
    return done;
  }

  async secondFactor(challenge: string, code: string): Promise<void> {
    this.#adopt(await this.#calls.secondFactor(challenge, code));
  }

  async logInByPasskey(passkey: Asserted): Promise<void> {
    this.#adopt(await this.#calls.logInByPasskey(passkey));
  }

  /** A token that lives for some seconds still; null when signed out. Throws when the server can't be reached. */
  async token(): Promise<string | null> {
    if (this.#token !== null && this.#platform.now() < this.#endsAt - SPARE_MS) return this.#token;
    if (this.#token === null && this.#refreshing === null) return null;
    return (await this.refresh()) ? this.#token : null;
  }

  /** Renews the token. False: refused, and signed out. Throws when the server can't be reached. */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#platform
      .locked(LOCK, () => this.#renew())
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  /** Forgets the session here; the server was told, or doesn't know it any more. */
  end(expired: boolean): void {
    this.#token = null;
    this.#cancelTimer?.();
    this.#platform.storage.remove(SIGNED_IN_KEY);
    this.#hooks.signedOut(expired);
  }

  async #renew(): Promise<boolean> {
    try {
      this.#adopt(await this.#calls.refresh());
      return true;
    } catch (error) {
      if (isPassing(problemOf(error))) throw error;
      this.end(true);
      return false;
    }
  }

  #adopt(answer: SignedIn): void {
    this.#attempt = 0;
    this.#token = answer.access_token;
    this.#endsAt = this.#platform.now() + answer.expires_in * 1_000;
    if (this.#platform.storage.get(SIGNED_IN_KEY) !== answer.user.id) {
      this.#platform.storage.set(SIGNED_IN_KEY, answer.user.id);
    }
    this.#later(
      answer.expires_in * 800,
      () => void this.refresh().catch(() => this.#later(10_000, this.#again)),
    );
    this.#hooks.signedIn(answer);
  }

  #again = (): void => {
    void this.refresh().catch(() => this.#later(10_000, this.#again));
  };

  #later(ms: number, run: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#platform.after(ms, run);
  }
}
