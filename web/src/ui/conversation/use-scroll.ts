import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Timeline } from '../../engine/state';
import { useEngine } from '../hooks';
import type { Row } from './rows';

/** Nearer to the bottom than this counts as at the bottom. */
const BOTTOM_PX = 32;
/** Older and newer messages are loaded when the edge is nearer than this. */
const AHEAD_PX = 1_600;
const GLOW_MS = 2_000;

/**
 * Where the conversation stands: sticks to the bottom while one is there, stays put while older messages come
 * in above, and jumps where it is told to.
 */
export function useScroll(channel: string, timeline: Timeline, rows: readonly Row[]) {
  const engine = useEngine();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const virtualizer = useRef<VirtualizerHandle>(null);
  const isSticky = useRef(true);
  const [isFar, setFar] = useState(false);
  const [target, setTarget] = useState<string | null>(null);
  const first = rows[0]?.message.number ?? 0;
  const seenFirst = useRef(first);
  const shift = first < seenFirst.current;
  useLayoutEffect(() => {
    seenFirst.current = first;
  }, [first]);

  const check = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    const below = box.scrollHeight - box.scrollTop - box.clientHeight;
    isSticky.current = below < BOTTOM_PX;
    setFar(below > box.clientHeight);
    engine.reader.scrolled(isSticky.current);
    if (box.scrollTop < AHEAD_PX) void engine.history.loadBefore(channel);
    if (below < AHEAD_PX) void engine.history.loadAfter(channel);
  }, [engine, channel]);

  const toBottom = useCallback(() => {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, []);

  useStart(rows, timeline, virtualizer, isSticky, check);
  useBottom(rows, scroller, content, isSticky, toBottom);

  // What has just been loaded may leave an edge in reach still.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again whenever messages come
  useEffect(check, [check, timeline.messages]);

  const asked = timeline.target;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each asked jump runs once
  useLayoutEffect(() => {
    const index = asked ? rows.findIndex(row => row.message.id === asked.message) : -1;
    if (!asked || index < 0) return;
    isSticky.current = false;
    virtualizer.current?.scrollToIndex(index, { align: 'center' });
    setTarget(asked.message);
    const timer = setTimeout(() => setTarget(null), GLOW_MS);
    return () => clearTimeout(timer);
  }, [asked]);

  return {
    scroller,
    content,
    virtualizer,
    shift,
    isFar,
    target,
    onScroll: check,
    toPresent: () => {
      isSticky.current = true;
      if (timeline.atEnd) toBottom();
      else void engine.history.toPresent(channel);
    },
    jumpToNew: () => {
      if (timeline.newAfter !== null) void engine.history.jumpTo(channel, timeline.newAfter + 1);
    },
  };
}

type Ref<T> = { current: T };

/** Begins at the first new message, or at the bottom. */
function useStart(
  rows: readonly Row[],
  timeline: Timeline,
  virtualizer: Ref<VirtualizerHandle | null>,
  isSticky: Ref<boolean>,
  check: () => void,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only once, when the messages are there
  useLayoutEffect(() => {
    if (timeline.target || rows.length === 0) return;
    const firstNew = rows.findIndex(row => row.isFirstNew);
    if (firstNew > 0) {
      isSticky.current = false;
      virtualizer.current?.scrollToIndex(firstNew, { align: 'start', offset: -72 });
    } else {
      virtualizer.current?.scrollToIndex(rows.length - 1, { align: 'end', offset: 100 });
    }
    const frame = requestAnimationFrame(() => requestAnimationFrame(check));
    return () => cancelAnimationFrame(frame);
  }, []);
}

/** Keeps the bottom in view while one is there, whatever grows. One's own message always shows. */
function useBottom(
  rows: readonly Row[],
  scroller: Ref<HTMLDivElement | null>,
  content: Ref<HTMLDivElement | null>,
  isSticky: Ref<boolean>,
  toBottom: () => void,
): void {
  const last = rows.at(-1);
  const newest = last?.pending?.nonce;
  const seen = useRef(newest);
  useLayoutEffect(() => {
    if (newest && newest !== seen.current) isSticky.current = true;
    seen.current = newest;
    if (isSticky.current) toBottom();
  }, [newest, isSticky, toBottom]);
  useLayoutEffect(() => {
    if (!scroller.current || !content.current) return;
    const observer = new ResizeObserver(() => {
      if (isSticky.current) toBottom();
    });
    observer.observe(scroller.current);
    observer.observe(content.current);
    return () => observer.disconnect();
  }, [scroller, content, isSticky, toBottom]);
}
