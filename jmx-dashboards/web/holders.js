// Connections in use, waiting callers and idle connections, with the state that PostgreSQL reports for each.

import { $, el, setText } from './dom.js';
import { clock, count, duration, sql, statementName } from './format.js';
import { Table } from './table.js';

const FAULTS = new Set(['SLOW_SQL', 'LOCK_WAIT', 'IDLE_IN_TRANSACTION', 'APP_HOLDING', 'LEAK', 'DEAD_BACKEND', 'NETWORK']);

export class Holders {
  #table;
  #waiters;
  #idle;
  #backends = [];
  #open = [];

  /** remedies: (holder) → buttons that this operator may use */
  constructor(remedies) {
    this.#table = new Table($('holders-table'), [
      { title: 'Held for', numeric: true, of: (h) => h.heldForMillis, show: (h) => duration(h.heldForMillis) },
      { title: 'Verdict', of: (h) => h.verdict, show: (h) => verdict(h) },
      { title: 'Why', wide: true, of: (h) => h.because, show: why },
      { title: 'Route', route: true, of: (h) => h.route },
      { title: 'Callers', numeric: true, of: (h) => h.callers, show: (h) => count(h.callers) },
      { title: 'Connection', numeric: true, of: (h) => h.connectionId },
      { title: 'Pid', numeric: true, of: (h) => h.backendPid, show: (h) => h.backendPid || 'unknown' },
      { title: 'PostgreSQL', of: (h) => h.backend?.state ?? '', show: (h) => postgres(h.backend) },
      { title: 'Last SQL', of: (h) => h.lastSql, show: (h) => statement(h.connectionId, h.lastSql) },
      { title: 'Tenant', code: true, of: (h) => h.tenant },
      { title: 'Actions', of: () => '', show: (h) => el('span', { class: 'remedies' }, remedies(h)) },
    ], { by: 0, down: true, none: 'No connection is in use.' });
    this.#waiters = new Table($('waiters-table'), [
      { title: 'Tenant', code: true, of: (w) => w.tenant },
      { title: 'Route', wide: true, of: (w) => w.route },
      { title: 'Waiting', numeric: true, of: (w) => w.count, show: (w) => count(w.count) },
      { title: 'Waiting since', of: (w) => w.since, show: (w) => clock(w.since) },
      { title: 'Next deadline', of: (w) => w.deadline, show: (w) => clock(w.deadline) },
    ], { by: 2, down: true, none: 'No caller is waiting.' });
    this.#idle = new Table($('idle-table'), [
      { title: 'Connection', numeric: true, of: (c) => c.id },
      { title: 'Pid', numeric: true, of: (c) => c.backendPid, show: (c) => c.backendPid || 'unknown' },
      { title: 'State', of: (c) => c.state },
      { title: 'Open for', numeric: true, of: (c) => c.ageMillis, show: (c) => duration(c.ageMillis) },
      { title: 'Checkouts', numeric: true, of: (c) => c.checkouts, show: (c) => count(c.checkouts) },
      { title: 'PostgreSQL', of: (c) => c.backend?.state ?? '', show: (c) => postgres(c.backend) },
      { title: 'Last SQL', wide: true, of: (c) => c.lastSql, show: (c) => statement(c.id, c.lastSql) },
    ], { by: 0, none: 'No connection is idle.' });
  }

  show(diagnosis) {
    this.#table.show(diagnosis.holders.map((holder) => ({ ...holder, class: FAULTS.has(holder.verdict) ? 'trouble' : '' })));
    this.#backends = diagnosis.postgres?.backends ?? [];
    this.#showIdle();
  }

  /** Shows the waiting callers by tenant and route. */
  showWaiting(callers) {
    const groups = new Map();
    for (const { tenant, route, since, deadline } of callers) {
      const key = JSON.stringify([tenant, route]);
      const group = groups.get(key);
      if (!group) groups.set(key, { tenant, route, count: 1, since, deadline });
      else {
        group.count += 1;
        group.since = earlier(group.since, since);
        group.deadline = earlier(group.deadline, deadline);
      }
    }
    this.#waiters.show([...groups.values()]);
  }

  /** Shows the number of callers by outcome, without outcomes that did not occur. */
  showOutcomes({ served, cancelled, timeouts, deadlines, rejected, displaced, shed, unavailable }) {
    const parts = [[served, 'served'], [cancelled, 'cancelled by the client'], [timeouts, 'timed out'],
      [deadlines, 'past their deadline'], [rejected, 'rejected'], [displaced, 'displaced'], [shed, 'shed'],
      [unavailable, 'refused during an outage']];
    setText($('outcomes'), `Callers since start: ${parts.filter(([number], index) => number > 0 || index === 0)
      .map(([number, outcome]) => `${count(number)} ${outcome}`).join(', ')}.`);
  }

  /** Shows the connections that are not in use; the diagnosis has the others. */
  showOpen(connections) {
    this.#open = connections;
    this.#showIdle();
  }

  #showIdle() {
    this.#idle.show(this.#open.filter((connection) => connection.state !== 'in_use').map((connection) =>
      ({ ...connection, backend: this.#backends.find((backend) => backend.pid === connection.backendPid) })));
  }
}

/** The earlier of two times of the server, which have the same format. */
const earlier = (one, other) => (one < other ? one : other);

/** The name of a statement, which PostgreSQL also shows and logs; expands to its text. */
function statement(connection, text) {
  if (!text) return '';
  const key = `sql-${connection}`;
  return el('details', { class: 'statement', open: opened.has(key), ontoggle: (event) => remember(key, event.target.open) },
    el('summary', { 'data-key': key }, statementName(text) || sql(text).slice(0, 40)),
    el('code', {}, sql(text)));
}

function verdict(holder) {
  return el('span', { class: FAULTS.has(holder.verdict) ? 'tag bad' : 'tag' }, holder.verdict.replaceAll('_', ' '));
}

function why(holder) {
  const more = [
    ...holder.evidence.map((fact) => el('li', {}, fact)),
    holder.stack?.length ? el('li', {}, 'Current stack of its thread:', el('pre', {}, holder.stack.slice(0, 12).join('\n'))) : null,
    holder.checkoutStack?.length
      ? el('li', {}, 'Stack at its checkout:', el('pre', {}, holder.checkoutStack.slice(0, 12).join('\n'))) : null,
  ].filter(Boolean);
  if (!more.length) return holder.because;
  // Expanded entries stay expanded while the table is redrawn each second.
  const key = `why-${holder.connectionId}`;
  return el('details', { open: opened.has(key), ontoggle: (event) => remember(key, event.target.open) },
    el('summary', { 'data-key': key }, holder.because), el('ul', {}, more));
}

const opened = new Set();

function remember(key, open) {
  if (open) opened.add(key);
  else opened.delete(key);
}

function postgres(backend) {
  if (!backend) return el('span', { class: 'quiet' }, 'unknown');
  if (backend.hidden) return el('span', { class: 'quiet' }, 'hidden');
  const waits = backend.waitEvent ? `, waits for ${backend.waitEventType}/${backend.waitEvent}` : '';
  return `${backend.state}${waits}`;
}
