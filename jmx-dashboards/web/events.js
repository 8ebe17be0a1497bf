// What happened: the last events, filtered here, so that a filter shows at once what there was before it.

import { $, el, say } from './dom.js';
import { clock, count, duration } from './format.js';

const KEPT = 500;
const SHOWN = 120;
const LOUD = new Set(['timeout', 'rejected', 'invalidate', 'connect_failed', 'leak_suspected', 'leak_reclaimed']);
const FILTERS = [
  ['all but checkouts', (event) => event.kind !== 'checkout' && event.kind !== 'checkin'],
  ['everything', () => true],
  ['trouble', (event) => LOUD.has(event.kind)],
  ['leaks', (event) => event.kind.startsWith('leak')],
  ['connections', (event) => /connect|close|overflow|invalidate|recycle/.test(event.kind)],
];

export class Events {
  #events = [];
  #drawing = false;
  #body = el('tbody');

  constructor() {
    $('events-table').append(
      el('thead', {}, el('tr', {}, ['Time', 'What', 'Took', 'Connection', 'Route', 'Cause'].map((title) =>
        el('th', { scope: 'col' }, title)))),
      this.#body);
    $('events-kind').append(...FILTERS.map(([title], index) => el('option', { value: index }, title)));
    $('events-kind').addEventListener('change', () => this.#draw());
    $('events-text').addEventListener('input', () => this.#draw());
  }

  /** The newest first. */
  show(events) {
    this.#events = events.slice(0, KEPT);
    this.#draw();
  }

  add(event) {
    this.#events.unshift(event);
    this.#events.length = Math.min(this.#events.length, KEPT);
    if (this.#drawing) return;
    this.#drawing = true; // A thousand events a second are drawn as often as the screen is.
    requestAnimationFrame(() => { this.#drawing = false; this.#draw(); });
  }

  /** How many this page was too slow for. */
  missed(dropped) {
    $('events-dropped').hidden = !dropped;
    if (dropped) say($('events-dropped'), `${count(dropped)} more happened than this page could be told.`);
  }

  #draw() {
    const kind = FILTERS[$('events-kind').value || 0][1];
    const text = $('events-text').value.trim().toLowerCase();
    const rows = this.#events.filter(kind).filter((event) => !text || written(event).includes(text)).slice(0, SHOWN);
    this.#body.replaceChildren(...(rows.length ? rows.map(row) : [
      el('tr', {}, el('td', { class: 'quiet', colSpan: 6 }, 'Nothing of that kind so far.'))]));
  }
}

function written(event) {
  return `${event.kind} ${event.route} ${event.tenant} ${event.cause} ${event.connection} ${event.backendPid}`.toLowerCase();
}

function row(event) {
  return el('tr', { class: LOUD.has(event.kind) ? 'trouble' : '' },
    el('td', { class: 'code' }, clock(event.time)),
    el('td', { class: 'code' }, event.kind.replaceAll('_', ' ')),
    el('td', { class: 'number' }, event.tookMillis ? duration(event.tookMillis) : ''),
    el('td', {}, event.connection ? `${event.connection}${event.backendPid ? ` (pid ${event.backendPid})` : ''}` : ''),
    el('td', { class: 'route' }, event.route === '-' ? '' : event.route),
    el('td', { class: 'wide' }, event.cause));
}
