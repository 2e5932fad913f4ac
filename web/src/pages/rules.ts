import { MIN_PASSWORD_CHARS } from '../lib/password';

export const MAX_NAME_CHARS = 80;

/** What is wrong with an e-mail address, as far as a form can tell. */
export function emailError(email: string): string | null {
  return /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? null : 'Enter an address like name@example.org.';
}

export function passwordError(password: string): string | null {
  return [...password].length >= MIN_PASSWORD_CHARS ? null : `Use at least ${MIN_PASSWORD_CHARS} characters.`;
}

/** Names are 1 to 80 characters on one line. */
export function nameError(name: string): string | null {
  const length = [...name.trim()].length;
  if (length === 0) return 'Enter a name.';
  return length > MAX_NAME_CHARS ? `Use at most ${MAX_NAME_CHARS} characters.` : null;
}
