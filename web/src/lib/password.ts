export const MIN_PASSWORD_CHARS = 10;

export interface Strength {
  /** 0 (too short) to 4. */
  score: 0 | 1 | 2 | 3 | 4;
  hint: string;
}

const common = /password|passwort|qwerty|letmein|welcome|iloveyou|admin|guildhall|12345|abcdef|(.)\1{3}/i;

/** A hint, not a verdict: the server decides what it accepts. */
export function strengthOf(password: string): Strength {
  const length = [...password].length;
  if (length < MIN_PASSWORD_CHARS) {
    const missing = MIN_PASSWORD_CHARS - length;
    return { score: 0, hint: `${missing} more character${missing === 1 ? '' : 's'}` };
  }
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter(kind => kind.test(password)).length;
  const variety = new Set(password).size;
  if (common.test(password) || variety < 5) return { score: 1, hint: 'Easy to guess' };
  const points =
    (length >= 14 ? 1 : 0) + (length >= 18 ? 1 : 0) + (kinds >= 2 ? 1 : 0) + (kinds >= 3 ? 1 : 0);
  if (points >= 3) return { score: 4, hint: 'Excellent' };
  return points >= 2 ? { score: 3, hint: 'Strong' } : { score: 2, hint: 'Good enough; longer is better' };
}
