const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const short = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const shortInYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

const DAY_MS = 86_400_000;

export const clockTime = (at: string | number): string => clock.format(new Date(at));
export const fullTime = (at: string | number): string => full.format(new Date(at));
export const shortDate = (at: string | number): string => short.format(new Date(at));

/** A key that is the same for all moments of one local day. */
export const dayKey = (at: string): string => new Date(at).toDateString();

/** Today, Yesterday, or the date. */
export function dayName(at: string, now = Date.now()): string {
  const days = Math.round((midnight(now) - midnight(Date.parse(at))) / DAY_MS);
  if (days < 2 && days >= 0) return capital(relative.format(-days, 'day'));
  return days < 300 ? day.format(new Date(at)) : dayAndYear.format(new Date(at));
}

/** The time today, "Yesterday at …", or date and time. */
export function stamp(at: string, now = Date.now()): string {
  const days = Math.round((midnight(now) - midnight(Date.parse(at))) / DAY_MS);
  if (days === 0) return clockTime(at);
  if (days === 1) return `${capital(relative.format(-1, 'day'))}, ${clockTime(at)}`;
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const date = isThisYear ? shortInYear.format(new Date(at)) : shortDate(at);
  return `${date}, ${clockTime(at)}`;
}

/** How long until then, roughly: "in 3 days". */
export function until(at: string, now = Date.now()): string {
  const seconds = Math.round((Date.parse(at) - now) / 1_000);
  if (seconds < 3_600) return relative.format(Math.max(1, Math.round(seconds / 60)), 'minute');
  if (seconds < 86_400) return relative.format(Math.round(seconds / 3_600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
