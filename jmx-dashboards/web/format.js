// How numbers and times are written. Times are local; durations take the unit that keeps them short.

const CLOCK = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const DAY = new Intl.DateTimeFormat([], { month: 'short', day: 'numeric' });
const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export const count = (number) => (Number.isFinite(number) ? COUNT.format(number) : '–');

export function duration(millis) {
  if (!Number.isFinite(millis)) return '–';
  if (millis === 0) return '0';
  if (millis < 1) return `${Math.round(millis * 1000)} µs`;
  if (millis < 10) return `${millis.toFixed(1)} ms`;
  if (millis < 1000) return `${Math.round(millis)} ms`;
  if (millis < 60_000) return `${(millis / 1000).toFixed(1)} s`;
  if (millis < 3_600_000) return `${Math.floor(millis / 60_000)} min ${Math.round((millis % 60_000) / 1000)} s`;
  return `${Math.floor(millis / 3_600_000)} h ${Math.round((millis % 3_600_000) / 60_000)} min`;
}

/** The time of day of an ISO time, or of milliseconds since 1970. */
export function clock(at) {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? '' : CLOCK.format(time);
}

export function day(iso) {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) || time.toDateString() === new Date().toDateString() ? '' : DAY.format(time);
}

/** SQL without the comment that names it, on one line. */
export function sql(text) {
  return (text || '').replace(/\/\*.*?\*\//gs, '').replace(/\s+/g, ' ').trim();
}

/** The name in the comment that a statement begins with. */
export function statementName(text) {
  return /^\s*\/\*\s*(.*?)\s*\*\//s.exec(text || '')?.[1] ?? '';
}
