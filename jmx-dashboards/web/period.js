// A chosen period of the last fifteen minutes: everything below the charts of the pool shows it instead of now.

import { $, el, setText } from './dom.js';
import { clock, count } from './format.js';
import { requestJson } from './source.js';

const PARTS = [
  ['waitEvents', 'Connections in use by wait event'],
  ['blockers', 'Waiting for a lock, by the session at the head of the chain'],
  ['statements', 'By statement'],
  ['routes', 'By route'],
  ['waiters', 'Waiting for a connection, by route'],
];

/** Dispatches `period` with [from, to] in epoch seconds, or null for now. */
export class Period extends EventTarget {
  #chosen = null;

  constructor() {
    super();
    $('period-now').addEventListener('click', () => this.choose(null));
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.#chosen && !$('confirm').open) this.choose(null);
    });
    $('period-form').addEventListener('submit', (event) => {
      event.preventDefault();
      const [from, to] = [timeToday($('period-from').value), timeToday($('period-to').value)];
      this.choose(to > from ? [from, to] : [to, from + 1]);
    });
  }

  /** Shows a period of at least a second; null: now. */
  async choose(period) {
    const chosen = period && [Math.floor(period[0]), Math.max(Math.ceil(period[1]), Math.floor(period[0]) + 1)];
    this.#chosen = chosen;
    document.body.classList.toggle('is-past', Boolean(chosen));
    $('period').hidden = !chosen;
    this.dispatchEvent(new CustomEvent('period', { detail: chosen }));
    if (!chosen) return;
    const [from, to] = chosen.map((at) => new Date(at * 1000));
    $('period-from').value = clock(from);
    $('period-to').value = clock(to);
    setText($('period-title'), `${clock(from)} to ${clock(to)}`);
    setText($('period-sentence'), 'Loading the diagnosis of this period.');
    try {
      const past = await requestJson(`/diagnosis?from=${from.toISOString()}&to=${to.toISOString()}`);
      if (this.#chosen === chosen) this.#show(past);
    } catch (refused) {
      if (this.#chosen !== chosen) return;
      setText($('period-sentence'), refused.message);
      $('period-parts').replaceChildren();
    }
  }

  #show(past) {
    setText($('period-sentence'), past.sentence);
    setText($('period-facts'), `${past.situation ? `${past.situation.toLowerCase().replaceAll('_', ' ')} at ${clock(past.time)}, the worst second. ` : ''}`
      + `${count(past.sampledSeconds)} seconds sampled${past.unansweredSeconds ? `, PostgreSQL did not answer in ${count(past.unansweredSeconds)} of them` : ''}; `
      + `maximum ${count(past.maxCheckedOut)} connections in use, maximum ${count(past.maxWaiting)} callers waiting, ${count(past.refused)} refused.`);
    $('period-parts').replaceChildren(
      ...(past.chains.length ? [chains(past.chains)] : []),
      ...PARTS.filter(([field]) => past[field].length).map(([field, title]) => part(title, past[field])));
  }
}

/** The epoch seconds of a time of day in the last 24 hours. */
function timeToday(text) {
  const [hours, minutes, seconds] = text.split(':').map(Number);
  const time = new Date();
  time.setHours(hours, minutes, seconds || 0, 0);
  if (time > Date.now() + 60_000) time.setDate(time.getDate() - 1);
  return time / 1000;
}

function part(title, rows) {
  const most = Math.max(...rows.map((row) => row.average));
  return el('div', { class: 'part' }, el('h3', {}, title), el('table', {},
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Name'), el('th', { scope: 'col', class: 'number' }, 'Average'),
      el('th', { scope: 'col', class: 'number' }, 'Max'))),
    el('tbody', {}, rows.map((row) => {
      const share = el('span', { class: 'share' });
      share.style.inlineSize = `${(100 * row.average) / most}%`;
      return el('tr', {}, el('td', { class: 'shared' }, share, el('span', {}, row.name)),
        el('td', { class: 'number' }, row.average.toFixed(2)), el('td', { class: 'number' }, count(row.max)));
    }))));
}

/** The blocking sessions of the worst second as a tree: each session waits for the one it is indented below. */
function chains(links) {
  const root = el('ul', { class: 'chains' });
  const levels = [root];
  for (const link of links) {
    const item = el('li', {}, link.count > 1 ? el('b', {}, `${link.count} × `) : null,
      el('b', {}, link.session), `, ${link.waitEvent}`, link.statement ? el('code', {}, ` ${link.statement}`) : null);
    const level = Math.min(link.depth, levels.length - 1);
    levels[level].append(item);
    const below = el('ul');
    item.append(below);
    levels.length = level + 1;
    levels.push(below);
  }
  return el('div', { class: 'part wide' }, el('h3', {}, 'Blocking sessions in the worst second, with the sessions that wait for them'), root);
}
