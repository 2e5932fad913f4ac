import type { KeyboardEvent } from 'react';

/** Arrow keys walk from message to message; Home and End go to the loaded ends. */
export function moveBetweenMessages(event: KeyboardEvent<HTMLElement>): void {
  const list = event.currentTarget;
  if (!(event.target instanceof HTMLElement) || event.altKey) return;
  const rows = [...list.querySelectorAll<HTMLElement>('[data-message]')];
  const at = rows.indexOf(event.target.closest<HTMLElement>('[data-message]') as HTMLElement);
  const to = destination(event.key, at, rows.length);
  const next = to === null ? undefined : rows[to];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}

function destination(key: string, at: number, count: number): number | null {
  if (key === 'ArrowUp') return at < 0 ? count - 1 : Math.max(0, at - 1);
  if (key === 'ArrowDown') return at < 0 ? count - 1 : Math.min(count - 1, at + 1);
  if (key === 'End') return count - 1;
  return null;
}
