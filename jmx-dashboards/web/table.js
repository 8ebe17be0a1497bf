// A table that is sorted by its headings, with the mouse or the keyboard, and keeps its order when rows change.

import { el } from './dom.js';

/**
 * columns: [{title, of: row → sort key, show: row → text or element, numeric, wide, route, code}]
 */
export class Table {
  #columns;
  #body = el('tbody');
  #headings;
  #by;
  #down;
  #rows = [];
  #none;

  constructor(table, columns, { by = 0, down = false, none = 'None.' } = {}) {
    this.#columns = columns;
    this.#by = by;
    this.#down = down;
    this.#none = none;
    this.#headings = columns.map((column, index) => el('th', { scope: 'col', class: column.numeric ? 'number' : '' },
      el('button', { type: 'button', onclick: () => this.#sortBy(index) }, column.title)));
    table.append(el('thead', {}, el('tr', {}, this.#headings)), this.#body);
    this.#draw();
  }

  show(rows) {
    this.#rows = rows;
    this.#draw();
  }

  #sortBy(index) {
    this.#down = index === this.#by ? !this.#down : Boolean(this.#columns[index].numeric);
    this.#by = index;
    this.#draw();
  }

  #draw() {
    this.#headings.forEach((heading, index) => {
      if (index === this.#by) heading.setAttribute('aria-sort', this.#down ? 'descending' : 'ascending');
      else heading.removeAttribute('aria-sort');
    });
    const focused = this.#body.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    const of = this.#columns[this.#by].of;
    const sorted = [...this.#rows].sort((one, other) => compare(of(one), of(other)) * (this.#down ? -1 : 1));
    this.#body.replaceChildren(...(sorted.length
      ? sorted.map((row) => el('tr', { class: row.class }, this.#columns.map((column) => {
        const shown = column.show ? column.show(row) : column.of(row);
        return el('td', { class: [column.numeric && 'number', column.wide && 'wide', column.route && 'route', column.code && 'code'].filter(Boolean).join(' ') },
          shown instanceof Node ? shown : String(shown ?? ''));
      })))
      : [el('tr', {}, el('td', { class: 'quiet', colSpan: this.#columns.length }, this.#none))]));
    if (focused) this.#body.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }
}

function compare(one, other) {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one ?? '').localeCompare(String(other ?? ''), undefined, { numeric: true });
}
