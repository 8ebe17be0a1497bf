// The parts that change slowly: incidents, slow statements, the fleet, all numbers of the pool.

import { $, command, el, setText } from './dom.js';
import { clock, count, day, duration, sqlLines, statementTitle, within } from './format.js';
import { Table } from './table.js';

export class Incidents {
  #shown = '';
  #all = [];
  #period = null;

  show(incidents) {
    this.#all = incidents;
    this.#draw();
  }

  /** Shows only the incidents that began in a period, in epoch seconds; null: all. */
  showPeriod(period) {
    this.#period = period;
    this.#draw();
  }

  #draw() {
    const incidents = this.#all.filter((incident) => within(this.#period, incident.time));
    const now = JSON.stringify([this.#period, incidents.map(({ id, cause, sentence, ended }) => [id, cause, sentence, ended])]);
    if (now === this.#shown) return;
    this.#shown = now;
    $('incidents').replaceChildren(...(incidents.length ? incidents.map((incident) =>
      el('li', {},
        el('a', { href: `/incidents/${encodeURIComponent(incident.id)}`, target: '_blank', rel: 'noopener' },
          el('time', { dateTime: incident.time }, `${day(incident.time)} ${clock(incident.time)}`.trim()), ' ',
          incident.ended ? el('span', { class: 'quiet' }, `lasted ${duration(incident.lastedMillis)} `) : null, incident.sentence)))
      : [el('li', { class: 'quiet' }, this.#period ? 'No incidents began in this period.' : 'No incidents since start.')]));
  }
}

/** Statements that were slow since start, and those that are slow now, which are not finished. */
export class Statements {
  #table = new Table($('statements-table'), [
    { title: 'Statement', code: true, of: (s) => s.name },
    { title: 'Running now', numeric: true, of: (s) => s.running, show: (s) => (s.running ? el('b', {}, `${count(s.running)}, ${duration(s.runningMillis)}`) : '') },
    { title: 'Route', route: true, of: (s) => s.routes.join(', ') },
    { title: 'Count', numeric: true, of: (s) => s.count, show: (s) => count(s.count) },
    { title: 'Mean', numeric: true, of: (s) => s.meanMillis, show: (s) => duration(s.meanMillis) },
    { title: 'p99', numeric: true, of: (s) => s.p99Millis, show: (s) => duration(s.p99Millis) },
    { title: 'Max', numeric: true, of: (s) => s.maxMillis, show: (s) => duration(s.maxMillis) },
    { title: 'Timed out', numeric: true, of: (s) => s.timeouts, show: (s) => count(s.timeouts) },
    { title: 'Cancelled', numeric: true, of: (s) => s.cancelled, show: (s) => count(s.cancelled) },
  ], { by: 6, down: true, none: 'No slow statements.' });
  #slow = [];
  #running = new Map();
  #slowMillis = Infinity;

  show(statements) {
    this.#slow = statements;
    this.#draw();
  }

  /** The time from which a statement is slow. */
  limit(millis) {
    this.#slowMillis = millis;
  }

  /** Shows the statements that are running for longer than the limit. */
  showRunning(holders) {
    this.#running = new Map();
    for (const { lastSql, lastSqlForMillis, route, backend } of holders) {
      if (backend?.state === 'active' && lastSqlForMillis > this.#slowMillis) {
        const name = statementTitle(lastSql);
        const known = this.#running.get(name) ?? { name, sql: lastSql, routes: [], running: 0, runningMillis: 0 };
        known.running += 1;
        known.runningMillis = Math.max(known.runningMillis, lastSqlForMillis);
        if (!known.routes.includes(route)) known.routes.push(route);
        this.#running.set(name, known);
      }
    }
    this.#draw();
  }

  #draw() {
    const finished = this.#slow.map((s) => {
      const name = s.name === 'unnamed' ? statementTitle(s.sql) : s.name;
      const running = this.#running.get(name);
      return { name, sql: s.sql, routes: [...s.routes], count: s.count, meanMillis: s.meanMillis, p99Millis: s.p99Millis,
        maxMillis: s.mostMillis, timeouts: s.timeouts, cancelled: s.cancelled, running: running?.running ?? 0,
        runningMillis: running?.runningMillis ?? 0 };
    });
    const names = new Set(finished.map((s) => s.name));
    const first = [...this.#running.values()].filter((s) => !names.has(s.name)).map((s) => ({ ...s, count: 0,
      meanMillis: NaN, p99Millis: NaN, maxMillis: NaN, timeouts: 0, cancelled: 0 }));
    this.#table.show([...first, ...finished].map((s) => ({
      ...s,
      key: s.name,
      first: s.running > 0,
      class: s.running ? 'trouble' : '',
      detail: () => command(sqlLines(s.sql), 'Copy the statement'),
    })));
  }
}

/** Requests by route: rates since the last look, latency of the last minute. */
export class Requests {
  #table = new Table($('requests-table'), [
    { title: 'Route', route: true, of: (r) => r.route },
    { title: 'Requests/s', numeric: true, of: (r) => r.perSecond, show: (r) => count(r.perSecond) },
    { title: 'Errors/s (5xx)', numeric: true, of: (r) => r.errorsPerSecond, show: (r) => count(r.errorsPerSecond) },
    { title: 'Errors since start', numeric: true, of: (r) => r.errors, show: (r) => count(r.errors) },
    { title: '4xx/s', numeric: true, of: (r) => r.refusalsPerSecond, show: (r) => count(r.refusalsPerSecond) },
    { title: 'Median', numeric: true, of: (r) => r.medianMillis, show: (r) => duration(r.medianMillis) },
    { title: 'p99', numeric: true, of: (r) => r.p99Millis, show: (r) => duration(r.p99Millis) },
    { title: 'Max', numeric: true, of: (r) => r.maxMillis, show: (r) => duration(r.maxMillis) },
    { title: 'Requests since start', numeric: true, of: (r) => r.count, show: (r) => count(r.count) },
  ], { by: 1, down: true, none: 'No requests yet.' });
  #before = null;

  /** Returns the rates of all routes together; null until there are two looks. */
  show({ inFlight, answers, times }) {
    const now = { at: performance.now(), counts: new Map() };
    const routes = new Map();
    const latencies = new Map(times.map((time) => [time.route, time.times]));
    for (const { route, status, count: number } of answers) {
      now.counts.set(`${status} ${route}`, number);
      const row = routes.get(route) ?? { route, count: 0, errors: 0, perSecond: NaN, errorsPerSecond: NaN, refusalsPerSecond: NaN,
        medianMillis: NaN, p99Millis: NaN, maxMillis: NaN };
      row.count += number;
      if (status >= 500) row.errors += number;
      if (this.#before) {
        const seconds = Math.max(0.001, (now.at - this.#before.at) / 1000);
        const rate = Math.max(0, number - (this.#before.counts.get(`${status} ${route}`) ?? 0)) / seconds;
        row.perSecond = (row.perSecond || 0) + rate;
        row.errorsPerSecond = (row.errorsPerSecond || 0) + (status >= 500 ? rate : 0);
        row.refusalsPerSecond = (row.refusalsPerSecond || 0) + (status >= 400 && status < 500 ? rate : 0);
      }
      const latency = latencies.get(route);
      if (latency) {
        row.medianMillis = latency.medianMillis;
        row.p99Millis = latency.p99Millis;
        row.maxMillis = latency.mostMillis;
      }
      routes.set(route, row);
    }
    const isFirst = !this.#before;
    this.#before = now;
    this.#table.show([...routes.values()].map((row) => ({ ...row, class: row.errorsPerSecond > 0 ? 'trouble' : '' })));
    setText($('requests-text'), `${count(inFlight)} ${inFlight === 1 ? 'request is' : 'requests are'} in flight. Latency: the last minute.`);
    if (isFirst) return null;
    const sum = (field) => [...routes.values()].reduce((total, row) => total + (row[field] || 0), 0);
    return { perSecond: sum('perSecond'), errorsPerSecond: sum('errorsPerSecond') };
  }
}

/** Every number of the pool that the server describes, whichever these are. */
export class Numbers {
  #table = new Table($('numbers-table'), [
    { title: 'Number', code: true, of: (n) => n.name },
    { title: 'Value', numeric: true, of: (n) => n.value },
    { title: 'Unit', of: (n) => n.unit },
    { title: 'Meaning', wide: true, of: (n) => n.description },
  ]);

  show(numbers) {
    this.#table.show(numbers);
  }
}

const ADVISABLE = new Set(['WELL', 'RECOVERING', 'SATURATED', 'OPENING']);

export class Fleet {
  #table = new Table($('fleet-table'), [
    { title: 'Instance', wide: true, of: (i) => i.instance, show: (i) => (i.self ? el('b', {}, `${i.instance} (this one)`) : i.instance) },
    { title: 'Processes', numeric: true, of: (i) => i.processes },
    { title: 'Pool', of: (i) => i.pools },
    { title: 'Maximum', numeric: true, of: (i) => i.share, show: (i) => count(i.share) },
    { title: 'Open', numeric: true, of: (i) => i.open, show: (i) => count(i.open) },
  ], { none: 'No data yet.' });

  show(fleet) {
    setText($('fleet-sentence'), fleet.sentence);
    this.#table.show(fleet.instances ?? []);
    const { committed, others } = fleet;
    const usable = fleet.maxConnections - fleet.reserved;
    const whole = Math.max(usable, committed + others, 1);
    $('fleet-bar').setAttribute('aria-label', `${committed} committed to pools, ${others} used by other applications, of ${usable}`);
    const part = (name, share) => {
      const piece = el('span', { class: name });
      piece.style.inlineSize = `${(100 * share) / whole}%`;
      return piece;
    };
    $('fleet-bar').replaceChildren(part('committed', committed), part('others', others));
  }

  /** Shows the advice on the pool's size, except while a fault makes every number of it wrong. */
  advise(capacity, situation) {
    setText($('advice'), ADVISABLE.has(situation) ? capacity.now.advice
      : 'No advice on the size of the pool before the fault above is corrected: its measurements would mislead.');
  }
}
