// Creates the parts of the page and keeps each up to date.

import { Charts } from './charts.js';
import { Control } from './control.js';
import { $, setText } from './dom.js';
import { Events, MAX_SERVER_EVENTS } from './events.js';
import { duration } from './format.js';
import { Holders } from './holders.js';
import { Fleet, Incidents, Numbers, Requests, Statements } from './panels.js';
import { Period } from './period.js';
import { Source, requestJson } from './source.js';
import { Tiles } from './tiles.js';
import { VerdictPanel } from './verdict.js';

const LIVE = { live: 'live', polling: 'live, polling', paused: 'paused', hidden: 'paused' };

const theme = localStorage.getItem('theme');
if (theme) document.documentElement.dataset.theme = theme; // Before the charts read their colours

const control = new Control();
const charts = new Charts();
const tiles = new Tiles();
const verdict = new VerdictPanel(control);
let waiting = 0;
const holders = new Holders(control);
const events = new Events();
const incidents = new Incidents();
const statements = new Statements();
const requests = new Requests();
const period = new Period();
const fleet = new Fleet();
const numbers = new Numbers();
const source = new Source();

/** Loads the events from before the stream was opened or while it was closed. */
let catchingUp = false;
async function catchUp() {
  if (catchingUp) return;
  catchingUp = true;
  try {
    events.show(await requestJson(`/pool/events?limit=${MAX_SERVER_EVENTS}`));
  } catch {
    // The banner reports an unreachable server.
  } finally {
    catchingUp = false;
  }
}

charts.addEventListener('period', ({ detail }) => period.choose(detail));
period.addEventListener('period', ({ detail }) => {
  charts.show(detail);
  incidents.showPeriod(detail);
  events.showPeriod(detail);
});
source.addEventListener('history', ({ detail }) => charts.history(detail));
source.addEventListener('second', ({ detail }) => {
  if ($('live').dataset.state !== 'live') catchUp();
  else if (!catchingUp) events.receivedUntil(detail.time);
  charts.second(detail);
  tiles.show(detail);
  waiting = detail.waiting;
  if (!waiting) holders.showWaiting([]);
  events.missed(detail.dropped);
  if (detail.situation) verdict.sentence(detail.situation, detail.sentence);
});
source.addEventListener('event', ({ detail }) => events.add(detail));
source.addEventListener('live', ({ detail }) => {
  setText($('live'), LIVE[detail]);
  $('live').dataset.state = detail;
  if (detail === 'live') catchUp();
});
source.addEventListener('stale', ({ detail: silent }) => {
  $('stale').hidden = !silent;
  document.body.classList.toggle('is-stale', Boolean(silent));
  verdict.gone(Boolean(silent));
  $('live').classList.toggle('gone', Boolean(silent));
  setText($('live'), silent ? `no answer for ${duration(Math.floor(silent / 1000) * 1000)}` : LIVE[$('live').dataset.state] ?? 'connecting');
  if (silent) setText($('stale'), `No data from the server for ${duration(Math.floor(silent / 1000) * 1000)}: the page is outdated.`);
});

/** Polls the data of a part of the page: one request at a time, and none while the page is hidden or paused. */
function poll(everyMillis, path, show, isNeeded = () => true) {
  let asking = false;
  const once = async () => {
    if (asking || !isNeeded() || document.hidden || $('pause').getAttribute('aria-pressed') === 'true') return;
    asking = true;
    try {
      show(await requestJson(typeof path === 'function' ? path() : path));
    } catch {
      // The banner reports an unreachable server.
    } finally {
      asking = false;
    }
  };
  once();
  setInterval(once, everyMillis);
}

let lastSample = null;
poll(1000, '/diagnosis', (diagnosis) => {
  verdict.show(diagnosis);
  holders.show(diagnosis);
  statements.showRunning(diagnosis.holders);
});
poll(2000, () => (lastSample ? `/diagnosis?from=${lastSample}` : '/diagnosis?from=-15m'), ({ seconds }) => {
  lastSample = charts.sessions(seconds) ?? lastSample;
});
poll(2000, '/requests', (answered) => tiles.showRequests(requests.show(answered)));
poll(2000, '/pool/waiters', (callers) => holders.showWaiting(callers), () => waiting > 0);
poll(2000, '/pool/connections', (connections) => holders.showOpen(connections));
poll(5000, '/pool', (pool) => {
  setText($('instance'), `${pool.server.instance} · version ${pool.server.version} · up ${duration(pool.server.uptimeMillis)}`);
  control.show(pool);
  holders.showOutcomes(pool.outcomes);
  statements.limit(pool.settings.slowStatementMillis);
  numbers.show(pool.numbers);
});
poll(2000, '/incidents', (found) => incidents.show(found));
poll(5000, '/statements/slow', (slow) => statements.show(slow));
poll(5000, '/fleet', (seen) => fleet.show(seen));
poll(10_000, '/capacity', (advice) => fleet.advise(advice, verdict.situation));
catchUp();

$('pause').addEventListener('click', () => {
  const paused = $('pause').getAttribute('aria-pressed') !== 'true';
  $('pause').setAttribute('aria-pressed', String(paused));
  source.paused = paused;
});

$('theme').addEventListener('click', () => {
  const dark = getComputedStyle(document.documentElement).colorScheme === 'dark';
  document.documentElement.dataset.theme = dark ? 'light' : 'dark';
  localStorage.setItem('theme', document.documentElement.dataset.theme);
  charts.redraw();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.redraw());

source.start();
