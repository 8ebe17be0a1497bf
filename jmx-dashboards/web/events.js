// What happened: the last events, filtered here, so that a filter shows at once what there was before it.

import { $, el, say } from './dom.js';
import { clock, count, duration } from './format.js';

const KEPT = 500;
const SHOWN = 120;
/** What the server remembers of them at most; more than that between two looks is lost. */
export const REMEMBERED = 1000;
const USES = new Set(['checkout', 'checkin']);
const LOUD = new Set(['timeout', 'rejected', 'invalidate', 'connect_failed', 'leak_suspected', 'leak_reclaimed']);
const FILTERS = [
  ['all but checkouts', (event) => !USES.has(event.kind)],
  ['everything', () => true],
  ['trouble', (event) => LOUD.has(event.kind)],
  ['leaks', (event) => event.kind.startsWith('leak')],
  ['connections', (event) => /connect|close|overflow|invalidate|recycle/.test(event.kind)],
];

export class Events {
  #events = [];
  #heardUntil = null;
  #missed = null;
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

  /** What the server remembers, the newest first; what it has forgotten and was told here before, stays. */
  show(remembered) {
    const oldest = remembered[remembered.length - 1];
    if (remembered.length >= REMEMBERED && this.#heardUntil && oldest.time > this.#heardUntil) {
      this.#missed = { from: this.#missed?.from ?? this.#heardUntil, to: oldest.time };
      say($('events-missed'), `Some of what happened from ${clock(this.#missed.from)} to ${clock(this.#missed.to)} was missed.`);
    }
    if (remembered.length) this.heardUntil(remembered[0].time);
    const known = new Set(remembered.map((event) => JSON.stringify(event)));
    const before = this.#events.filter((event) => !USES.has(event.kind) && !known.has(JSON.stringify(event)));
    this.#events = [...remembered, ...before.slice(0, KEPT)].sort((one, other) => compare(other.time, one.time));
    this.#draw();
  }

  /** Nothing from before that time is still to come. */
  heardUntil(time) {
    if (!this.#heardUntil || time > this.#heardUntil) this.#heardUntil = time;
  }

  add(event) {
    this.#events.unshift(event);
    this.#events.length = Math.min(this.#events.length, REMEMBERED + KEPT);
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

/** Of ISO times. */
function compare(one, other) {
  if (one === other) return 0;
  return one < other ? -1 : 1;
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
    el('td', { class: 'route' }, event.cause));
}
