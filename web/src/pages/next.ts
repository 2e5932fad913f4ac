/** The path to go on to after signing in; only ever one of ours. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}

/** The query that keeps where to go on to. */
export const keepNext = (next: string): string => (next === '/' ? '' : `?next=${encodeURIComponent(next)}`);
