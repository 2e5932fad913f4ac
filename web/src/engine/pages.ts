import type { At, Page } from '../api/types';

/**
 * A list from its first page to its last. Later pages may hold later changes: what came after `at`, which is the first page's, is
 * applied again.
 */
export async function allPages<T>(
  ask: (after?: string) => Promise<Page<T>>,
): Promise<{ items: T[]; at: At }> {
  const first = await ask();
  const items = [...first.items];
  for (let next = first.next; next; ) {
    const page = await ask(next);
    items.push(...page.items);
    next = page.next;
  }
  return { items, at: first.at ?? {} };
}
