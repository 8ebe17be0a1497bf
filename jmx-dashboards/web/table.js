// A table that is sorted by its headings, with the mouse or the keyboard, and keeps its order when rows change. A row
// may have details, which expand in a row of full width below it.

import { el } from './dom.js';

/**
 * columns: [{title, of: row → sort key, show: row → text or element, numeric, wide, route, code}]
 *
 * Rows may have: class; key and detail: a function that creates the expanded part; first: whether the row stays at the
 * top.
 */
export class Table {
  #columns;
  #body = el('tbody');
  #headings;
  #by;
  #down;
  #rows = [];
  #none;
  #expanded = new Set();

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
    const sorted = [...this.#rows].sort((one, other) => Number(other.first ?? false) - Number(one.first ?? false)
      || compare(of(one), of(other)) * (this.#down ? -1 : 1));
    this.#body.replaceChildren(...(sorted.length
      ? sorted.flatMap((row) => this.#rowsOf(row))
      : [el('tr', {}, el('td', { class: 'quiet', colSpan: this.#columns.length }, this.#none))]));
    if (focused) this.#body.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  /** A row, with its details below it if they are expanded. */
  #rowsOf(row) {
    const isExpanded = Boolean(row.detail) && this.#expanded.has(row.key);
    const cells = this.#columns.map((column, index) => {
      const shown = column.show ? column.show(row) : column.of(row);
      return el('td', { class: [column.numeric && 'number', column.wide && 'wide', column.route && 'route', column.code && 'code'].filter(Boolean).join(' ') },
        index === 0 && row.detail ? this.#expander(row, isExpanded) : null,
        shown instanceof Node ? shown : String(shown ?? ''));
    });
    const main = el('tr', { class: row.class ?? '' }, cells);
    return isExpanded
      ? [main, el('tr', { class: 'detail' }, el('td', { colSpan: this.#columns.length }, el('div', {}, row.detail())))]
      : [main];
  }

  #expander(row, isExpanded) {
    return el('button', {
      type: 'button',
      class: 'expand',
      'data-key': `expand ${row.key}`,
      'aria-expanded': String(isExpanded),
      'aria-label': isExpanded ? 'Hide the details' : 'Show the details',
      onclick: () => {
        if (isExpanded) this.#expanded.delete(row.key);
        else this.#expanded.add(row.key);
        this.#draw();
      },
    }, isExpanded ? '▾' : '▸');
  }
}

function compare(one, other) {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one ?? '').localeCompare(String(other ?? ''), undefined, { numeric: true });
}
