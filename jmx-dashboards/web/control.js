// What an operator may change: the settings that hold at once, actions on the pool, remedies for one holder. Nothing
// is done without being asked back.

import { $, el, say } from './dom.js';
import { duration } from './format.js';
import { change } from './source.js';

const SETTINGS = [
  ['poolSize', 'pool_size', 'connections'],
  ['maxOverflow', 'max_overflow', 'connections'],
  ['poolTimeoutMillis', 'pool_timeout', 'ms'],
  ['maxWaiting', 'max_waiting', 'callers'],
  ['batchSlots', 'batch_slots', 'queries, 0: each alone'],
  ['leakThresholdMillis', 'leak_threshold', 'ms'],
  ['reclaimLeaksAfterMillis', 'reclaim_leaks_after', 'ms, 0: never'],
  ['slowStatementMillis', 'slow_statement', 'ms'],
];
const ACTIONS = [
  ['softInvalidateAll', 'Replace all connections', 'Every connection is replaced: idle ones at their next checkout, others when they come back.'],
  ['evictIdle', 'Close idle connections', 'Connections that nobody uses are closed now; new ones are opened on demand.'],
  ['suspend', 'Suspend', 'From now on every caller waits, up to its pool_timeout. Whoever has a connection keeps it.'],
  ['resume', 'Resume', 'Callers go on.'],
];

export class Control {
  #may = false;
  #fields = new Map();

  constructor() {
    $('settings').append(...SETTINGS.map(([name, word, unit]) => {
      const field = el('input', { type: 'number', name, min: 0, required: true, inputMode: 'numeric' });
      field.addEventListener('input', () => { field.dataset.touched = 'yes'; });
      this.#fields.set(name, field);
      return el('label', {}, `${word} (${unit})`, field);
    }), el('button', { type: 'submit' }, 'Apply'));
    $('settings').addEventListener('submit', (event) => { event.preventDefault(); this.#apply(); });
    $('actions').append(...ACTIONS.map(([name, title, meaning]) => el('button', {
      type: 'button',
      onclick: () => this.#act(`/actions/${name}`, {}, title, meaning),
    }, title)));
  }

  /** Who is asking, and what it may do; the server decides again each time. */
  show(pool) {
    this.#may = pool.operator?.mayChange ?? false;
    say($('operator'), pool.operator?.name ? `${pool.operator.name}, ${pool.operator.role}` : '');
    say($('control-why'), this.#may
      ? 'What you change holds at once and until the next start; each change is in the log auth.audit.'
      : 'To change something, log in as an operator with the role control: ./run.sh operator add NAME --role control');
    for (const part of document.querySelectorAll('#settings input, #settings button, #actions button')) part.disabled = !this.#may;
    for (const [name, field] of this.#fields) {
      if (!field.dataset.touched && document.activeElement !== field) field.value = pool.settings[name];
    }
  }

  /** What can be done about one holder. */
  remedies(holder) {
    if (!this.#may || !holder.backendPid) return [];
    const cancel = this.#remedy(`cancel-${holder.connectionId}`, 'Cancel query', '/actions/cancelQuery',
      { connection: holder.connectionId },
      `Cancels what connection ${holder.connectionId} (pid ${holder.backendPid}) runs for ${holder.route}, out for `
        + `${duration(holder.heldForMillis)}. ${holder.callers > 1 ? `Its ${holder.callers} callers get` : 'Its caller gets'} an error.`);
    const pid = holder.culprit?.pid || holder.backendPid;
    const whose = holder.culprit ? `the one it waits for: ${holder.culprit.application || 'unnamed'}, ${holder.culprit.state}` : 'its own';
    const terminate = this.#remedy(`terminate-${holder.connectionId}`, `End pid ${pid}`, '/actions/terminateBackend', { pid },
      `Ends PostgreSQL's process ${pid} (${whose}). What it has not committed is lost.`);
    return [cancel, terminate];
  }

  #remedy(key, title, path, body, meaning) {
    return el('button', { type: 'button', class: 'remedy', 'data-key': key, onclick: () => this.#act(path, body, title, meaning) }, title);
  }

  async #apply() {
    const body = {};
    for (const [name, field] of this.#fields) if (field.dataset.touched) body[name] = Number(field.value);
    if (Object.keys(body).length === 0) return say($('control-said'), 'Nothing was changed: no value differs.');
    const words = Object.entries(body).map(([name, value]) => `${name} = ${value}`).join(', ');
    if (await this.#act('/settings', body, 'Apply', `Sets ${words}. It holds at once.`)) {
      for (const field of this.#fields.values()) delete field.dataset.touched;
    }
    return undefined;
  }

  async #act(path, body, title, meaning) {
    if (!(await confirmed(title, meaning))) return false;
    try {
      const said = await change(path, body);
      say($('control-said'), `Done: ${title}. ${said.outcome ?? ''}`.trim());
      return true;
    } catch (refused) {
      say($('control-said'), `Not done: ${refused.message}`);
      return false;
    }
  }
}

function confirmed(title, meaning) {
  const dialog = $('confirm');
  say($('confirm-title'), `${title}?`);
  say($('confirm-text'), meaning);
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
