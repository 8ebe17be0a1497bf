// The numbers of the current second.

import { $, el, setText } from './dom.js';
import { count, duration } from './format.js';

const TILES = [
  ['out', 'Checked out', (s) => `${s.checkedOut} of ${s.poolSize + s.maxOverflow}`],
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
    for (const [id, , value] of TILES) setText(this.#values.get(id), value(second));
    mark('tile-out', second.checkedOut >= second.poolSize + second.maxOverflow);
    mark('tile-waiting', second.waiting > 0);
    mark('tile-turned', second.refused > 0);
  }
}

function mark(id, marked) {
  $(id).classList.toggle('marked', marked);
}
