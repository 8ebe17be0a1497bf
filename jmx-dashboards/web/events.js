// The last events. They are filtered in the page, so that a filter also applies to earlier events.

import { $, el, setText } from './dom.js';
import { clock, count, duration, within } from './format.js';

const MAX_OLDER_EVENTS = 500;
const MAX_ROWS = 120;
/** Maximum number of events that the server keeps; more between two requests are lost. */
export const MAX_SERVER_EVENTS = 1000;
const USES = new Set(['checkout', 'checkin']);
const FAULTS = new Set(['timeout', 'deadline', 'rejected', 'displaced', 'shed', 'invalidate', 'connect_failed', 'leak_suspected', 'leak_reclaimed']);
const FILTERS = [
  ['all except checkouts', (event) => !USES.has(event.kind)],
  ['all', () => true],
  ['faults', (event) => FAULTS.has(event.kind)],
  ['leaks', (event) => event.kind.startsWith('leak')],
  ['connections', (event) => /connect|close|overflow|invalidate|recycle/.test(event.kind)],
];

export class Events {
  #events = [];
  #receivedUntil = null;
  #missed = null;
  #drawing = false;
  #period = null;
  #body = el('tbody');

  constructor() {
    $('events-table').append(
      el('thead', {}, el('tr', {}, ['Time', 'Event', 'Duration', 'Connection', 'Route', 'Request', 'Cause'].map((title) =>
        el('th', { scope: 'col' }, title)))),
      this.#body);
    $('events-kind').append(...FILTERS.map(([title], index) => el('option', { value: index }, title)));
    $('events-kind').addEventListener('change', () => this.#draw());
    $('events-text').addEventListener('input', () => this.#draw());
  }

  /** Merges the server's events, newest first, with older ones that this page received before. */
  show(serverEvents) {
    const oldest = serverEvents[serverEvents.length - 1];
    if (serverEvents.length >= MAX_SERVER_EVENTS && this.#receivedUntil && oldest.time > this.#receivedUntil) {
      this.#missed = { from: this.#missed?.from ?? this.#receivedUntil, to: oldest.time };
      setText($('events-missed'), `Some events from ${clock(this.#missed.from)} to ${clock(this.#missed.to)} are missing.`);
    }
    if (serverEvents.length) this.receivedUntil(serverEvents[0].time);
    const known = new Set(serverEvents.map((event) => JSON.stringify(event)));
    const before = this.#events.filter((event) => !USES.has(event.kind) && !known.has(JSON.stringify(event)));
    this.#events = [...serverEvents, ...before.slice(0, MAX_OLDER_EVENTS)].sort((one, other) => compare(other.time, one.time));
    this.#draw();
  }

  /** Marks all events up to a time as received. */
  receivedUntil(time) {
    if (!this.#receivedUntil || time > this.#receivedUntil) this.#receivedUntil = time;
  }

  add(event) {
    this.#events.unshift(event);
    this.#events.length = Math.min(this.#events.length, MAX_SERVER_EVENTS + MAX_OLDER_EVENTS);
    if (this.#drawing) return;
    this.#drawing = true; // Redraws at most once per frame, even for a thousand events per second.
    requestAnimationFrame(() => { this.#drawing = false; this.#draw(); });
  }

  /** Shows only the events of a period, in epoch seconds; null: all. */
  showPeriod(period) {
    this.#period = period;
    this.#draw();
  }

  /** Shows the number of events that the server dropped because this page was too slow. */
  missed(dropped) {
    $('events-dropped').hidden = !dropped;
    if (dropped) setText($('events-dropped'), `${count(dropped)} more events were dropped because this page was too slow.`);
  }

  #draw() {
    const kind = FILTERS[$('events-kind').value || 0][1];
    const text = $('events-text').value.trim().toLowerCase();
    const rows = this.#events.filter((event) => within(this.#period, event.time)).filter(kind).filter((event) => !text || searchText(event).includes(text)).slice(0, MAX_ROWS);
    this.#body.replaceChildren(...(rows.length ? rows.map(row) : [
      el('tr', {}, el('td', { class: 'quiet', colSpan: 7 }, 'No matching events.'))]));
  }
}

/** Compares ISO times. */
function compare(one, other) {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function searchText(event) {
  return `${event.kind} ${event.route} ${event.tenant} ${event.cause} ${event.connection} ${event.backendPid} ${event.requestId} ${event.traceId}`.toLowerCase();
}

function route(event) {
  if (event.route === '-') return '';
  return event.callers > 1 ? `${event.route} (${event.callers} callers)` : event.route;
}

function row(event) {
  return el('tr', { class: FAULTS.has(event.kind) ? 'trouble' : '' },
    el('td', { class: 'code' }, clock(event.time)),
    el('td', { class: 'code' }, event.kind.replaceAll('_', ' ')),
    el('td', { class: 'number' }, event.tookMillis ? duration(event.tookMillis) : ''),
    el('td', {}, event.connection ? `${event.connection}${event.backendPid ? ` (pid ${event.backendPid})` : ''}` : ''),
    el('td', { class: 'route' }, route(event)),
    el('td', { class: 'code' }, event.requestId),
    el('td', { class: 'route' }, event.cause));
}
