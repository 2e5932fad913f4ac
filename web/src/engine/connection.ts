import type { Platform, Socket } from './platform';
import { type ClientFrame, RESTARTING, SESSION_ENDED, type ServerFrame } from './wire';

export const FIRST_RETRY_MS = 500;
export const MAX_RETRY_MS = 30_000;
const PONG_WITHIN_MS = 10_000;
const DOUBTED_PONG_WITHIN_MS = 2_000;

interface Hooks {
  /** A token that is valid now; null when signed out. Throws when the server can't be reached. */
  token(refused: boolean): Promise<string | null>;
  opened(frame: Extract<ServerFrame, { op: 'ready' }>): void;
  frame(frame: ServerFrame): void;
  phase(phase: 'connecting' | 'open' | 'waiting' | 'idle'): void;
}

/** Keeps one socket to the server alive: says hello, pings in silence, comes back after a loss. */
export class Connection {
  #platform: Platform;
  #hooks: Hooks;
  #socket: Socket | null = null;
  #running = false;
  #ready = false;
  #refused = false;
  #attempt = 0;
  #turn = 0;
  #pingEveryMs = 30_000;
  #cancelRetry: (() => void) | null = null;
  #cancelPing: (() => void) | null = null;

  constructor(platform: Platform, hooks: Hooks) {
    this.#platform = platform;
    this.#hooks = hooks;
  }

  get isOpen(): boolean {
    return this.#ready;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#attempt = 0;
    void this.#connect();
  }

  stop(): void {
    this.#running = false;
    this.#drop();
    this.#hooks.phase('idle');
  }

  /** The network or the page came back: try now, not at the end of the wait; or see if the socket still lives. */
  wake(): void {
    if (!this.#running) return;
    if (this.#ready) this.#ping();
    else if (this.#cancelRetry) {
      this.#attempt = 0;
      void this.#connect();
    }
  }

  /** The machine says that it is offline: see soon whether the socket still lives. */
  doubt(): void {
    if (this.#ready) this.#ping(DOUBTED_PONG_WITHIN_MS);
  }

  /** False when there is no live connection: nothing was sent then. */
  send(frame: ClientFrame): boolean {
    if (!this.#ready || !this.#socket) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  async #connect(): Promise<void> {
    this.#drop();
    const turn = this.#turn;
    this.#hooks.phase('connecting');
    let token: string | null;
    try {
      token = await this.#hooks.token(this.#refused);
    } catch {
      if (turn === this.#turn) this.#retry(0);
      return;
    }
    if (turn !== this.#turn || !this.#running || token === null) return;
    this.#refused = false;
    this.#open(token);
  }

  #open(token: string): void {
    const socket = this.#platform.openSocket();
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ op: 'hello', token } satisfies ClientFrame));
      this.#expect(PONG_WITHIN_MS, () => this.#lost(0));
    };
    socket.onmessage = event => this.#receive(event.data);
    socket.onclose = event => this.#lost(event.code);
  }

  #receive(text: string): void {
    const frame = JSON.parse(text) as ServerFrame;
    if (frame.op === 'ready') {
      this.#ready = true;
      this.#attempt = 0;
      this.#pingEveryMs = Math.max(1, frame.ping_every) * 1_000;
      this.#hooks.phase('open');
      this.#hooks.opened(frame);
    } else if (frame.op === 'error' && !this.#ready) {
      this.#refused = frame.problem.status === 401;
    } else {
      this.#hooks.frame(frame);
    }
    if (this.#ready) this.#expect(this.#pingEveryMs, () => this.#ping());
  }

  #ping(pongWithinMs = PONG_WITHIN_MS): void {
    this.send({ op: 'ping' });
    this.#expect(pongWithinMs, () => this.#lost(0));
  }

  #expect(ms: number, otherwise: () => void): void {
    this.#cancelPing?.();
    this.#cancelPing = this.#platform.after(ms, otherwise);
  }

  #lost(code: number): void {
    this.#drop();
    if (!this.#running) return;
    if (code === SESSION_ENDED) this.#refused = true;
    this.#retry(code);
  }

  #retry(code: number): void {
    const grown = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempt);
    this.#attempt += 1;
    // Everyone loses a restarting server at the same moment: the first return is spread wider.
    const base = code === RESTARTING ? Math.max(grown, 1_000) : grown;
    const wait = this.#refused && this.#attempt === 1 ? 0 : base * (0.5 + this.#platform.random() * 0.5);
    this.#hooks.phase('waiting');
    this.#cancelRetry = this.#platform.after(wait, () => void this.#connect());
  }

  #drop(): void {
    this.#turn += 1;
    this.#ready = false;
    this.#cancelRetry?.();
    this.#cancelPing?.();
    this.#cancelRetry = null;
    this.#cancelPing = null;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }
}
