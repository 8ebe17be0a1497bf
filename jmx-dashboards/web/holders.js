// Connections in use and the sessions that block them, waiting callers and idle connections, with the state that
// PostgreSQL reports for each.

import { $, command, el, setText } from './dom.js';
import { clock, count, duration, sqlLines, statementTitle } from './format.js';
import { Table } from './table.js';

const FAULTS = new Set(['SLOW_SQL', 'LOCK_WAIT', 'IDLE_IN_TRANSACTION', 'APP_HOLDING', 'LEAK', 'DEAD_BACKEND', 'NETWORK']);

export class Holders {
  #table;
  #waiters;
  #idle;
  #backends = [];
  #open = [];

  /** control: creates the buttons for the actions that this operator may use */
  constructor(control) {
    this.#table = new Table($('holders-table'), [
      { title: 'In use for', numeric: true, of: (h) => h.forMillis, show: (h) => duration(h.forMillis) },
      { title: 'Verdict', of: (h) => h.verdict, show: verdict },
      { title: 'Why', wide: true, of: (h) => h.why },
      { title: 'Route', route: true, of: (h) => h.route },
      { title: 'Callers', numeric: true, of: (h) => h.callers, show: (h) => (h.callers === null ? '' : count(h.callers)) },
      { title: 'Connection', numeric: true, of: (h) => h.connections[0] ?? 0, show: (h) => some(h.connections) },
      { title: 'Pid', numeric: true, of: (h) => h.pids[0] ?? 0, show: (h) => (h.pids.length ? some(h.pids) : 'unknown') },
      { title: 'PostgreSQL', route: true, of: (h) => h.state, show: (h) => h.state || el('span', { class: 'quiet' }, 'unknown') },
      { title: 'Last SQL', code: true, of: (h) => h.sql, show: (h) => el('code', {}, statementTitle(h.sql)) },
      { title: 'Tenant', code: true, of: (h) => h.tenant },
      { title: 'Request', code: true, of: (h) => h.request },
      { title: 'Actions', of: () => '', show: (h) => el('span', { class: 'remedies' }, h.remedies()) },
    ], { by: 0, down: true, none: 'No connection is in use.' });
    this.#waiters = new Table($('waiters-table'), [
      { title: 'Tenant', code: true, of: (w) => w.tenant },
      { title: 'Route', wide: true, of: (w) => w.route },
      { title: 'Waiting', numeric: true, of: (w) => w.count, show: (w) => count(w.count) },
      { title: 'Waiting since', of: (w) => w.since, show: (w) => clock(w.since) },
      { title: 'Longest wait: request', code: true, of: (w) => w.requestId },
      { title: 'Next deadline', of: (w) => w.deadline, show: (w) => clock(w.deadline) },
    ], { by: 2, down: true, none: 'No caller is waiting.' });
    this.#idle = new Table($('idle-table'), [
      { title: 'Connection', numeric: true, of: (c) => c.id },
      { title: 'Pid', numeric: true, of: (c) => c.backendPid, show: (c) => c.backendPid || 'unknown' },
      { title: 'State', of: (c) => c.state },
      { title: 'Open for', numeric: true, of: (c) => c.ageMillis, show: (c) => duration(c.ageMillis) },
      { title: 'Checkouts', numeric: true, of: (c) => c.checkouts, show: (c) => count(c.checkouts) },
      { title: 'PostgreSQL', route: true, of: (c) => postgres(c.backend) || 'unknown' },
      { title: 'Last SQL', wide: true, of: (c) => c.lastSql, show: (c) => el('code', {}, statementTitle(c.lastSql)) },
    ], { by: 0, none: 'No connection is idle.' });
    this.control = control;
  }

  show(diagnosis) {
    const blockers = blockersOf(diagnosis.holders);
    this.#table.show([
      ...blockers.filter((blocker) => blocker.connectionId === null).map((blocker) => this.#blockerRow(blocker)),
      ...groups(diagnosis.holders).map((group) => this.#groupRow(group, blockers)),
    ]);
    this.#backends = diagnosis.postgres?.backends ?? [];
    this.#showIdle();
  }

  /** A session outside of the pool that blocks the pool's connections. */
  #blockerRow(blocker) {
    return {
      key: `blocker ${identity(blocker)}`,
      first: true,
      class: 'blocker',
      verdict: 'BLOCKER',
      times: 1,
      forMillis: blocker.lastingMillis,
      why: `${blocker.application || 'A session'} blocks ${blocker.blocks} ${blocker.blocks === 1 ? 'connection' : 'connections'}`,
      route: '',
      callers: null,
      connections: [],
      pids: blocker.pid ? [blocker.pid] : [],
      state: blocker.hidden ? 'hidden' : blocker.state,
      sql: blocker.query,
      tenant: '',
      request: '',
      remedies: () => (blocker.pid && blocker.endable ? [this.control.terminate(blocker.pid, blockerName(blocker))] : []),
      detail: () => [
        facts([`Session of ${blocker.user || 'an unknown user'}, application ${blocker.application || 'without a name'}.`,
          blocker.chain.length > 1 ? `Chain of pids, from the direct blocker to the head: ${blocker.chain.join(' → ')}.` : null]),
        sqlBlock('Its last statement', blocker.query)],
    };
  }

  /** Connections with the same route, verdict, statement and blocker. */
  #groupRow(members, blockers) {
    const [first] = members;
    const blocked = blockers.filter((blocker) => members.some((holder) => holder.connectionId === blocker.connectionId))
      .reduce((sum, blocker) => sum + blocker.blocks, 0);
    const tenants = new Set(members.map((holder) => holder.tenant));
    return {
      key: `holders ${keyOf(first)}`,
      class: FAULTS.has(first.verdict) ? 'trouble' : '',
      verdict: first.verdict,
      times: members.length,
      blocked,
      forMillis: first.heldForMillis,
      why: first.because,
      route: first.route,
      callers: members.reduce((sum, holder) => sum + holder.callers, 0),
      connections: members.map((holder) => holder.connectionId),
      pids: members.map((holder) => holder.backendPid).filter(Boolean),
      state: postgres(first.backend),
      sql: first.lastSql,
      tenant: tenants.size === 1 ? first.tenant : `${tenants.size} tenants`,
      request: members.length === 1 ? first.requestId : `${members.length} requests`,
      remedies: () => (members.length === 1 ? this.control.remedies(first) : []),
      detail: () => [
        members.length > 1 ? this.#members(members) : facts(first.evidence),
        sqlBlock('Last SQL', first.lastSql),
        ...stacks('Current stack of the thread', members, (holder) => holder.stack),
        ...stacks('Stack at the checkout', members, (holder) => holder.checkoutStack)],
    };
  }

  #members(members) {
    return el('table', { class: 'members' },
      el('thead', {}, el('tr', {}, ['In use for', 'Connection', 'Pid', 'Tenant', 'Request', 'Why', 'Actions'].map((title) => el('th', { scope: 'col' }, title)))),
      el('tbody', {}, members.map((holder) => el('tr', {},
        el('td', { class: 'number' }, duration(holder.heldForMillis)),
        el('td', { class: 'number' }, String(holder.connectionId)),
        el('td', { class: 'number' }, String(holder.backendPid || 'unknown')),
        el('td', { class: 'code' }, holder.tenant),
        el('td', { class: 'code' }, holder.requestId),
        el('td', {}, [holder.because, ...holder.evidence].join('; ')),
        el('td', {}, el('span', { class: 'remedies' }, this.control.remedies(holder)))))));
  }

  /** Shows the waiting callers by tenant and route. */
  showWaiting(callers) {
    const waiting = new Map();
    for (const { tenant, route, since, deadline, requestId } of callers) {
      const key = JSON.stringify([tenant, route]);
      const group = waiting.get(key);
      if (!group) waiting.set(key, { tenant, route, count: 1, since, deadline, requestId });
      else {
        group.count += 1;
        if (since < group.since) group.requestId = requestId;
        group.since = earlier(group.since, since);
        group.deadline = earlier(group.deadline, deadline);
      }
    }
    this.#waiters.show([...waiting.values()]);
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
    this.#idle.show(this.#open.filter((connection) => connection.state !== 'in_use').map((connection) => ({
      ...connection,
      key: `idle ${connection.id}`,
      backend: this.#backends.find((backend) => backend.pid === connection.backendPid),
      detail: connection.lastSql ? () => sqlBlock('Last SQL', connection.lastSql) : null,
    })));
  }
}

/** The sessions at the head of the chains of lock waits, with the number of connections that each blocks. */
function blockersOf(holders) {
  const blockers = new Map();
  for (const { culprit } of holders) {
    if (culprit) {
      const known = blockers.get(identity(culprit));
      if (known) known.blocks += 1;
      else blockers.set(identity(culprit), { ...plain(culprit), blocks: 1 });
    }
  }
  return [...blockers.values()].sort((one, other) => other.blocks - one.blocks);
}

/** Prepared transactions have no pid; their application is their identifier. */
const identity = ({ pid, application }) => `${pid} ${application}`;

const plain = ({ pid, application, user, state, lastingMillis, query, connectionId, hidden, endable, chain }) =>
  ({ pid, application, user, state, lastingMillis, query, connectionId, hidden, endable, chain });

const blockerName = (blocker) => `the backend that blocks ${count(blocker.blocks)} of this pool's connections: `
  + `${blocker.application || 'unnamed'}, ${blocker.state || 'state unknown'}`;

const keyOf = (holder) => JSON.stringify([holder.verdict, holder.route, holder.culprit ? identity(holder.culprit) : null, holder.lastSql,
  postgres(holder.backend)]);

/** Connections that differ in nothing that an operator acts on, the longest use first. */
function groups(holders) {
  const found = new Map();
  for (const holder of holders) {
    const key = keyOf(holder);
    if (found.has(key)) found.get(key).push(holder);
    else found.set(key, [holder]);
  }
  return [...found.values()];
}

/** The earlier of two times of the server, which have the same format. */
const earlier = (one, other) => (one < other ? one : other);

/** The first numbers of a list. */
const some = (numbers) => (numbers.length > 3 ? `${numbers.slice(0, 3).join(', ')} …` : numbers.join(', '));

function verdict(row) {
  return el('span', { class: 'verdicts' },
    row.times > 1 ? el('b', { class: 'times' }, `${row.times} × `) : null,
    el('span', { class: row.class ? 'tag bad' : 'tag' }, row.verdict.replaceAll('_', ' ')),
    row.blocked ? el('span', { class: 'tag bad' }, `blocks ${row.blocked}`) : null);
}

function facts(lines) {
  const known = lines.filter(Boolean);
  return known.length ? el('ul', {}, known.map((line) => el('li', {}, line))) : null;
}

/** A statement with its lines and a button that copies it. */
function sqlBlock(title, text) {
  if (!text) return null;
  return el('div', { class: 'sql' }, el('h4', {}, title), command(sqlLines(text), 'Copy the statement'));
}

/** Each different stack once, with the connections that have it. */
function stacks(title, members, stackOf) {
  const found = new Map();
  for (const holder of members) {
    const stack = stackOf(holder) ?? [];
    if (stack.length) {
      const text = stack.slice(0, 12).join('\n');
      found.set(text, [...(found.get(text) ?? []), holder.connectionId]);
    }
  }
  return [...found].map(([text, connections]) => el('div', {},
    el('h4', {}, `${title}, connection ${some(connections)}`), el('pre', {}, text)));
}

function postgres(backend) {
  if (!backend) return '';
  if (backend.hidden) return 'hidden';
  const waits = backend.waitEvent ? `, waits for ${backend.waitEventType}/${backend.waitEvent}` : '';
  return `${backend.state}${waits}`;
}
