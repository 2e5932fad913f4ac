const HUES = 12;

/** One of twelve hues (0 to 11), always the same for an id. */
export function hueOf(id: string): number {
  let hash = 7;
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return ((hash ^ (hash >>> 11)) >>> 0) % HUES;
}

/** One or two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  const text = letters.map(word => [...(word ?? '')][0] ?? '').join('');
  return text.toLocaleUpperCase() || [...name][0] || '?';
}
