// The client's rule in a world that loses, repeats, reorders, delays and disconnects, told by a seed. The server's own
// cores are held to it in `tests/simulation`. SEED=17 tells one story again.
import { expect, test } from 'vitest';
import { Streams } from './streams';
import { FakePlatform } from './testing/platform';
import type { StreamEvent } from './wire';

const SEEDS = 3_000;
const STEPS = 80;
/** As the server: further behind than this, the state is fetched anew. */
const MAX_BEHIND = 40;

type Fault = 'shows whatever comes' | 'never asks' | 'ignores a reset';

/** A chance that can be repeated: mulberry32. */
function dice(seed: number): (sides: number) => number {
  let a = seed;
  return sides => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

type Frame = { op: 'event' | 'watched' | 'reset'; stream: string; seq: number };

/** A server whose live events come as bad as they may, and a client that stands where `Streams` says. */
class Story {
  readonly platform = new FakePlatform();
  readonly streams: Streams;
  /** How many events each stream has, and up to which they are forgotten. */
  readonly heads = new Map<string, number>();
  readonly forgotten = new Map<string, number>();
  /** What the client shows of each stream. */
  readonly shown = new Map<string, number[]>();
  resets = 0;
  isCalm = false;
  #link = 1;
  #isUp = true;

  constructor(
    readonly roll: (sides: number) => number,
    readonly fault?: Fault,
  ) {
    this.streams = new Streams(this.platform, {
      apply: ({ stream, seq }) => this.#list(stream).push(seq),
      watch: (stream, since) => this.fault !== 'never asks' && this.watch(stream, since),
    });
    for (const stream of ['a', 'b', 'c']) {
      this.heads.set(stream, 0);
      this.streams.place(stream, 0);
      this.watch(stream, 0);
    }
  }

  /** Something happens in a stream, and is told live: or not, twice, or late. */
  happen(stream: string): void {
    const seq = this.#head(stream) + 1;
    this.heads.set(stream, seq);
    const fate = this.isCalm ? 9 : this.roll(10);
    if (fate < 2) return;
    this.#deliver({ op: 'event', stream, seq }, this.#delay());
    if (fate === 2) this.#deliver({ op: 'event', stream, seq }, this.#delay());
  }

  /** What came after `since`, in order; with it, what is live may mix. */
  watch(stream: string, since: number): void {
    const link = this.#link;
    this.platform.after(this.roll(30), () => {
      if (link !== this.#link || !this.#isUp) return;
      const head = this.#head(stream);
      if (head - since > MAX_BEHIND || (since < (this.forgotten.get(stream) ?? 0) && since < head)) {
        this.#deliver({ op: 'reset', stream, seq: head }, 1);
        return;
      }
      for (let seq = since + 1; seq <= head; seq += 1) this.#deliver({ op: 'event', stream, seq }, 1);
      this.#deliver({ op: 'watched', stream, seq: head }, 1);
    });
  }

  /** The link breaks; what was on it is gone. A new one comes after a while. */
  cut(): void {
    this.#link += 1;
    this.#isUp = false;
    const link = this.#link;
    this.platform.after(this.roll(3_000), () => {
      if (link !== this.#link) return;
      this.#isUp = true;
      for (const stream of this.heads.keys()) this.watch(stream, this.streams.seq(stream) ?? 0);
    });
  }

  forget(stream: string): void {
    this.forgotten.set(stream, this.roll(this.#head(stream) + 1));
  }

  async calm(): Promise<void> {
    this.isCalm = true;
    await this.platform.pass(5_000);
    // A last event that was lost is found with the next one.
    for (const stream of this.heads.keys()) this.happen(stream);
    await this.platform.pass(5_000);
  }

  #head(stream: string): number {
    return this.heads.get(stream) ?? 0;
  }

  #list(stream: string): number[] {
    const list = this.shown.get(stream) ?? [];
    this.shown.set(stream, list);
    return list;
  }

  #delay(): number {
    return !this.isCalm && this.roll(4) === 0 ? this.roll(150) : 1;
  }

  #deliver(frame: Frame, afterMs: number): void {
    const link = this.#link;
    this.platform.after(afterMs, () => {
      if (link === this.#link && this.#isUp) this.#hear(frame);
    });
  }

  #hear({ op, stream, seq }: Frame): void {
    if (op === 'watched') this.streams.confirm(stream, seq);
    else if (op === 'reset') this.#reset(stream, seq);
    else if (this.fault === 'shows whatever comes') this.#list(stream).push(seq);
    else this.streams.receive({ stream, seq, kind: 'guild_edited' } as StreamEvent);
  }

  /** The state is fetched anew, and says as of when it is. */
  #reset(stream: string, seq: number): void {
    this.resets += 1;
    this.streams.place(stream, seq);
    if (this.fault === 'ignores a reset') return;
    this.platform.after(this.roll(20), () => {
      const at = this.#head(stream);
      this.platform.after(this.roll(20), () => {
        this.shown.set(
          stream,
          Array.from({ length: at }, (_, index) => index + 1),
        );
        if (this.streams.place(stream, at)) this.watch(stream, at);
      });
    });
  }
}

/** Tells the story of a seed; answers the streams that aren't shown whole, in order, once. */
async function play(seed: number, fault?: Fault): Promise<{ broken: string[]; resets: number }> {
  const roll = dice(seed);
  const story = new Story(roll, fault);
  const names = [...story.heads.keys()];
  for (let step = 0; step < STEPS; step += 1) {
    const stream = names[roll(names.length)] ?? 'a';
    const what = roll(20);
    if (what < 15) for (let count = roll(6); count >= 0; count -= 1) story.happen(stream);
    else if (what < 17) story.cut();
    else if (what === 17) story.forget(stream);
    else await story.platform.pass(roll(1_000));
    if (roll(3) > 0) await story.platform.pass(roll(60));
  }
  await story.calm();
  const isWhole = (stream: string) => {
    const shown = story.shown.get(stream) ?? [];
    return shown.length === story.heads.get(stream) && shown.every((seq, index) => seq === index + 1);
  };
  return { broken: names.filter(stream => !isWhole(stream)), resets: story.resets };
}

test('every story ends with every event shown once and in order', async () => {
  const only = process.env.SEED;
  const seeds = only ? [Number(only)] : Array.from({ length: SEEDS }, (_, seed) => seed);
  let resets = 0;
  for (const seed of seeds) {
    const told = await play(seed);
    expect(told.broken, `SEED=${seed}`).toEqual([]);
    resets += told.resets;
  }
  if (!only) expect(resets).toBeGreaterThan(SEEDS / 10);
}, 60_000);

test.each<Fault>(['shows whatever comes', 'never asks', 'ignores a reset'])(
  'found: a client that %s',
  async fault => {
    let found = 0;
    for (let seed = 0; seed < 100; seed += 1) found += (await play(seed, fault)).broken.length;
    expect(found).toBeGreaterThan(0);
  },
  60_000,
);
