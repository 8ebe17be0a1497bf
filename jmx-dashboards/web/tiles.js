// The numbers of the current second.

import { $, el, setText } from './dom.js';
import { count, duration } from './format.js';

const TILES = [
  ['requests', 'Requests', () => null],
  ['errors', 'Errors (5xx)', () => null],
  ['out', 'In use', (s) => `${s.checkedOut} of ${s.poolSize + s.maxOverflow}`],
  ['idle', 'Idle', (s) => count(s.idle)],
  ['overflow', 'Overflow', (s) => `${s.overflow} of ${s.maxOverflow}`],
  ['waiting', 'Waiting', (s) => count(s.waiting)],
  ['oldest', 'Longest wait', (s) => duration(s.oldestWaitMillis)],
  ['rate', 'Checkouts', (s) => `${count(Math.round(s.checkoutsPerSecond))}/s`],
  ['turned', 'Refused', (s) => `${count(s.refused)}/s`],
];

export class Tiles {
  #values = new Map();

  constructor() {
    $('tiles').append(...TILES.map(([id, title]) => {
      const value = el('dd', {}, '–');
      this.#values.set(id, value);
      return el('div', { class: 'tile', id: `tile-${id}` }, el('dt', {}, title), value);
    }));
  }

  show(second) {
    for (const [id, , value] of TILES) {
      const text = value(second);
      if (text !== null) setText(this.#values.get(id), text);
    }
    mark('tile-out', second.checkedOut >= second.poolSize + second.maxOverflow);
    mark('tile-waiting', second.waiting > 0);
    mark('tile-turned', second.refused > 0);
  }

  /** Shows the rates of all requests; null before they are known. */
  showRequests(rates) {
    if (!rates) return;
    setText(this.#values.get('requests'), `${count(Math.round(rates.perSecond * 10) / 10)}/s`);
    setText(this.#values.get('errors'), `${count(Math.round(rates.errorsPerSecond * 10) / 10)}/s`);
    mark('tile-errors', rates.errorsPerSecond > 0);
  }
}

function mark(id, marked) {
  $(id).classList.toggle('marked', marked);
}
