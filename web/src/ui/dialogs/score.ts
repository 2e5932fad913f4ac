/** How well a name answers what was typed (in lower case): 0 not at all; letters in order are enough. */
export function scoreOf(name: string, wanted: string): number {
  const text = name.toLowerCase();
  if (text === wanted) return 100;
  if (text.startsWith(wanted)) return 80;
  if (new RegExp(`[\\s_-]${escaped(wanted)}`).test(text)) return 60;
  if (text.includes(wanted)) return 40;
  let from = 0;
  for (const letter of wanted) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return 0;
  }
  return 20 - Math.min(15, from - wanted.length);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
