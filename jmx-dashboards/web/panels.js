// The parts that change slowly: incidents, slow statements, the fleet, all numbers of the pool.

import { $, el, setText } from './dom.js';
import { clock, count, day, duration, sql } from './format.js';
import { Table } from './table.js';

export class Incidents {
  #shown = '';

  show(incidents) {
    const now = JSON.stringify(incidents.map(({ id, cause, sentence }) => [id, cause, sentence]));
    if (now === this.#shown) return;
    this.#shown = now;
    $('incidents').replaceChildren(...(incidents.length ? incidents.map((incident) =>
      el('li', {},
        el('a', { href: `/incidents/${encodeURIComponent(incident.id)}`, target: '_blank', rel: 'noopener' },
          el('time', { dateTime: incident.time }, `${day(incident.time)} ${clock(incident.time)}`.trim()), ' ', incident.sentence)))
      : [el('li', { class: 'quiet' }, 'No incidents since start.')]));
  }
}

export class Statements {
  #table = new Table($('statements-table'), [
    { title: 'Statement', code: true, of: (s) => s.name,
      show: (s) => el('span', { title: sql(s.sql) }, s.name || sql(s.sql).slice(0, 40)) },
    { title: 'Route', route: true, of: (s) => s.routes.join(', ') },
    { title: 'Count', numeric: true, of: (s) => s.count, show: (s) => count(s.count) },
    { title: 'Mean', numeric: true, of: (s) => s.meanMillis, show: (s) => duration(s.meanMillis) },
    { title: 'p99', numeric: true, of: (s) => s.p99Millis, show: (s) => duration(s.p99Millis) },
    { title: 'Max', numeric: true, of: (s) => s.mostMillis, show: (s) => duration(s.mostMillis) },
    { title: 'Timed out', numeric: true, of: (s) => s.timeouts, show: (s) => count(s.timeouts) },
    { title: 'Cancelled', numeric: true, of: (s) => s.cancelled, show: (s) => count(s.cancelled) },
  ], { by: 5, down: true, none: 'No slow statements.' });

  show(statements) {
    this.#table.show(statements);
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

  advise(capacity) {
    setText($('advice'), capacity.now.advice);
  }
}
