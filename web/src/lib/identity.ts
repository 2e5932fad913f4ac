const HUES = 12;

/** One of twelve hues (0 to 11), always the same for an id. */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const char of id) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) % HUES;
}

/** One or two letters that stand for a name. Only letters of one alphabet go together; others stand alone. */
export function initials(name: string): string {
  const [first = '', ...rest] = (name.match(/[\p{L}\p{N}]+/gu) ?? []).map(word => [...word][0] ?? '');
  const last = rest.findLast(letter => isAlphabetic(letter) && isAlphabetic(first)) ?? '';
  return (first + last).toLocaleUpperCase() || [...name][0] || '?';
}

const isAlphabetic = (letter: string): boolean =>
  /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u.test(letter);
