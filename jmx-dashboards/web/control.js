// Changes by an operator: settings, actions on the pool, actions on one connection. Each asks for confirmation.

import { $, el, setText } from './dom.js';
import { duration } from './format.js';
import { change } from './source.js';

const SETTINGS = [
  ['poolSize', 'pool_size', 'connections'],
  ['maxOverflow', 'max_overflow', 'connections'],
  ['poolTimeoutMillis', 'pool_timeout', 'ms'],
  ['maxWaiting', 'max_waiting', 'callers'],
  ['batchSlots', 'batch_slots', 'queries, 0: no batching'],
  ['leakThresholdMillis', 'leak_threshold', 'ms'],
  ['reclaimLeaksAfterMillis', 'reclaim_leaks_after', 'ms, 0: never'],
  ['slowStatementMillis', 'slow_statement', 'ms'],
];
const ACTIONS = [
  ['softInvalidateAll', 'Replace all connections', 'Replaces every connection: idle ones at their next checkout, those in use at check-in.'],
  ['evictIdle', 'Close idle connections', 'Closes all idle connections now; new ones are opened on demand.'],
  ['suspend', 'Suspend', 'Stops all checkouts: callers wait up to pool_timeout. Connections in use stay in use.'],
  ['resume', 'Resume', 'Allows checkouts again.'],
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

  /** Shows the operator and its permissions; the server checks them again for each request. */
  show(pool) {
    this.#may = pool.operator?.mayChange ?? false;
    setText($('operator'), pool.operator?.name ? `${pool.operator.name}, ${pool.operator.role}` : '');
    setText($('control-why'), this.#may
      ? 'Changes take effect immediately and last until the next start; each is written to the log auth.audit.'
      : 'Changes require an operator with the role control: ./run.sh operator add NAME --role control');
    for (const part of document.querySelectorAll('#settings input, #settings button, #actions button')) part.disabled = !this.#may;
    for (const [name, field] of this.#fields) {
      if (!field.dataset.touched && document.activeElement !== field) field.value = pool.settings[name];
    }
  }

  /** Whether the operator may change anything. */
  get may() {
    return this.#may;
  }

  /** The button for the action of a recommended step; null if there is none, or the operator may not use it. */
  step({ action, pid }) {
    if (!this.#may) return null;
    if (action === 'terminateBackend') return this.terminate(pid, 'the session that the step names');
    if (action === 'resume') {
      const [, title, meaning] = ACTIONS.find(([name]) => name === action);
      return this.#remedy('step-resume', title, '/actions/resume', {}, meaning);
    }
    return null;
  }

  /** The button that terminates a backend. */
  terminate(pid, whose) {
    if (!this.#may) return null;
    return this.#remedy(`terminate-${pid}`, `Terminate pid ${pid}`, '/actions/terminateBackend', { pid },
      `Terminates PostgreSQL's backend ${pid} (${whose}). Its open transaction is rolled back.`);
  }

  /** The actions for one connection in use. */
  remedies(holder) {
    if (!this.#may || !holder.backendPid) return [];
    const cancel = this.#remedy(`cancel-${holder.connectionId}`, 'Cancel query', '/actions/cancelQuery',
      { connection: holder.connectionId },
      `Cancels the statement of connection ${holder.connectionId} (pid ${holder.backendPid}) for ${holder.route}, in use for `
        + `${duration(holder.heldForMillis)}. ${holder.callers > 1 ? `Its ${holder.callers} callers get` : 'Its caller gets'} an error.`);
    return [cancel, this.terminate(holder.backendPid, `connection ${holder.connectionId} of this pool`)];
  }

  #remedy(key, title, path, body, meaning) {
    return el('button', { type: 'button', class: 'remedy', 'data-key': key, onclick: () => this.#act(path, body, title, meaning) }, title);
  }

  async #apply() {
    const body = {};
    for (const [name, field] of this.#fields) if (field.dataset.touched) body[name] = Number(field.value);
    if (Object.keys(body).length === 0) return setText($('control-result'), 'Nothing to change: no value differs.');
    const changes = Object.entries(body).map(([name, value]) => `${name} = ${value}`).join(', ');
    if (await this.#act('/settings', body, 'Apply', `Sets ${changes}, with immediate effect.`)) {
      for (const field of this.#fields.values()) delete field.dataset.touched;
    }
    return undefined;
  }

  async #act(path, body, title, meaning) {
    if (!(await confirmed(title, meaning))) return false;
    try {
      const result = await change(path, body);
      setText($('control-result'), `Done: ${title}. ${result.outcome ?? ''}`.trim());
      return true;
    } catch (refused) {
      setText($('control-result'), `Failed: ${refused.message}`);
      return false;
    }
  }
}

function confirmed(title, meaning) {
  const dialog = $('confirm');
  setText($('confirm-title'), `${title}?`);
  setText($('confirm-text'), meaning);
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
