// Formats numbers and times. Times are local; the unit of a duration depends on its size.

const CLOCK = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const DAY = new Intl.DateTimeFormat([], { month: 'short', day: 'numeric' });
const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export const count = (number) => (Number.isFinite(number) ? COUNT.format(number) : '–');

export function duration(millis) {
  if (!Number.isFinite(millis)) return '–';
  if (millis === 0) return '0';
  // Each limit is where rounding would reach the next unit, which avoids "60.0 s" and "1 min 60 s".
  if (millis < 0.9995) return `${Math.round(millis * 1000)} µs`;
  if (millis < 9.95) return `${millis.toFixed(1)} ms`;
  if (millis < 999.5) return `${Math.round(millis)} ms`;
  if (millis < 59_950) return `${(millis / 1000).toFixed(1)} s`;
  const seconds = Math.round(millis / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(millis / 60_000);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The time of day of an ISO time or of epoch milliseconds. */
export function clock(at) {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? '' : CLOCK.format(time);
}

export function day(iso) {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) || time.toDateString() === new Date().toDateString() ? '' : DAY.format(time);
}

/** SQL with its lines, without the comment that names it and without the indentation of the source code. */
export function sqlLines(text) {
  const lines = (text || '').replace(/^\s*\/\*.*?\*\/[ \t]*\n?/s, '').replace(/\s+$/, '').split('\n');
  const indents = lines.slice(1).filter((line) => line.trim()).map((line) => line.search(/\S/));
  const indent = Math.min(...indents, lines[0].search(/\S|$/) || Infinity);
  return lines.map((line) => line.slice(Math.min(Number.isFinite(indent) ? indent : 0, line.search(/\S|$/)))).join('\n');
}

/** The name in the comment at the start of a statement, which PostgreSQL also shows; else its first words. */
export function statementTitle(text) {
  const name = /^\s*\/\*\s*(.*?)\s*\*\//s.exec(text || '')?.[1];
  return name ?? (text || '').replace(/--.*/g, '').replace(/\s+/g, ' ').trim().slice(0, 28);
}

/** Whether an ISO time is in a period of epoch seconds; every time is without a period. */
export function within(period, iso) {
  const at = Date.parse(iso) / 1000;
  return !period || (at >= period[0] && at < period[1]);
}
